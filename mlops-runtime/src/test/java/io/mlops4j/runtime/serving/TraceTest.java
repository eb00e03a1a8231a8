package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TraceTest {
  private final ServingFixture fixture = new ServingFixture();

  /** The traces that listeners got, by prediction, once for each kind of listener. */
  private final Map<String, String> plain = new ConcurrentHashMap<>();

  private final Map<String, String> rows = new ConcurrentHashMap<>();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  record Row(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Out(float[] y, PredictionId id) {}

  private static InferenceListener into(Map<String, String> traces, boolean needsRows) {
    return new InferenceListener() {
      @Override
      public boolean needsRows() {
        return needsRows;
      }

      @Override
      public void onInference(InferenceEvent event) {
        for (int i = 0; i < event.rows(); i++) {
          traces.put(event.id(i).toString(), String.valueOf(event.traceId(i)));
        }
      }
    };
  }

  private Model load(LoadOptions options) {
    LoadOptions.Builder heard = options.toBuilder();
    return fixture.load(
        "mlp4.onnx", heard.listener(into(plain, false)).listener(into(rows, true)).build());
  }

  private static String traceId(int number) {
    return "%032x".formatted(number);
  }

  private static CallOptions trace(int number) {
    return CallOptions.withDefaults()
        .withTraceparent("00-" + traceId(number) + "-00f067aa0ba902b7-01");
  }

  private FeatureBatch batch(String... columns) {
    FeatureBatch.Builder batch = FeatureBatch.builder(fixture.allocator());
    for (String column : columns) {
      batch.floats(column, 1, 2, 3);
    }
    return batch.build();
  }

  @Test
  void aBatchHasTheTraceOfItsCallWhetherItIsAnsweredLaterOrFails() throws Exception {
    try (Model model = load(ServingFixture.ABCD)) {
      try (FeatureBatch batch = batch("a", "b", "c", "d");
          FeatureBatch wrong = batch("a", "b", "c")) {
        model.predict(batch, trace(1)).close();
        CallOptions both = trace(2).withDeadline(Duration.ofMinutes(1));
        PredictionId later =
            model.predictAsync(batch, both, answer -> answer.id(0)).get(30, TimeUnit.SECONDS);
        assertThat(plain).containsEntry(later.toString(), traceId(2));
        assertThatThrownBy(() -> model.predict(wrong, trace(3)))
            .isInstanceOf(ModelInputException.class);
        model.predict(batch).close();
      }
    }
    assertThat(new ArrayList<>(plain.values()))
        .containsExactlyInAnyOrder(
            traceId(1),
            traceId(1),
            traceId(1),
            traceId(2),
            traceId(2),
            traceId(2),
            traceId(3),
            traceId(3),
            traceId(3),
            "null",
            "null",
            "null");
    assertThat(rows).isEqualTo(plain);
  }

  @Test
  void eachRecordKeepsItsOwnTraceInACollectedBlock() {
    Map<String, String> expected = new HashMap<>();
    try (Model model = load(ServingFixture.ABCD)) {
      RowModel<Row, Out> bound = model.rows(Row.class, Out.class);
      for (int i = 0; i < 2 * RowCollector.ROWS; i++) {
        CallOptions options = i % 3 == 0 ? CallOptions.withDefaults() : trace(i);
        PredictionId id = bound.predict(new Row(i, 0, 0, 0), options).id();
        expected.put(id.toString(), i % 3 == 0 ? "null" : traceId(i));
      }
    }
    assertThat(new TreeMap<>(rows)).isEqualTo(new TreeMap<>(expected));
    assertThat(plain).isEqualTo(rows);
  }

  @Test
  void callsThatShareARunKeepTheirOwnTraces() throws Exception {
    LoadOptions together =
        ServingFixture.ABCD.toBuilder()
            .microBatching(MicroBatching.upTo(8).withoutMeasuring())
            .build();
    Map<String, @Nullable String> expected = new HashMap<>();
    try (Model model = load(together);
        FeatureBatch batch = batch("a", "b", "c", "d")) {
      RowModel<Row, Out> bound = model.rows(Row.class, Out.class);
      List<CompletableFuture<Out>> calls = new ArrayList<>();
      List<CompletableFuture<PredictionId>> batches = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        calls.add(bound.predictAsync(new Row(i, 0, 0, 0), trace(1 + i)));
        batches.add(model.predictAsync(batch, trace(1000 + i), answer -> answer.id(1)));
      }
      for (int i = 0; i < calls.size(); i++) {
        expected.put(calls.get(i).get(30, TimeUnit.SECONDS).id().toString(), traceId(1 + i));
        PredictionId second = batches.get(i).get(30, TimeUnit.SECONDS);
        expected.put(second.toString(), traceId(1000 + i));
      }
    }
    assertThat(rows).containsAllEntriesOf(expected).hasSize(100 + 3 * 100);
    assertThat(plain).isEqualTo(rows);
  }
}
