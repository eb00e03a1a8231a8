package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What listeners are told, and that calls do not depend on them. */
@SuppressWarnings({"try", "ArrayRecordComponent"})
class ListenerTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  record Row(String id, float a, float b, float c, float d) {}

  record Out(float[] y, PredictionId predictionId) {}

  /** What it was told, with rows retained. */
  private static final class Kept implements InferenceListener, AutoCloseable {
    final List<Integer> rows = Collections.synchronizedList(new ArrayList<>());
    final List<PredictionId> ids = Collections.synchronizedList(new ArrayList<>());
    final List<@Nullable Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    final List<FeatureBatch> features = new ArrayList<>();
    final List<FeatureBatch> outputs = new ArrayList<>();
    private final boolean needsRows;

    Kept(boolean needsRows) {
      this.needsRows = needsRows;
    }

    @Override
    public boolean needsRows() {
      return needsRows;
    }

    @Override
    public void onInference(InferenceEvent event) {
      rows.add(event.rows());
      errors.add(event.error());
      for (int i = 0; i < event.rows(); i++) {
        ids.add(event.id(i));
      }
      FeatureBatch given = event.features();
      FeatureBatch answered = event.outputs();
      if (given != null && answered != null) {
        features.add(given.retain());
        outputs.add(answered.retain());
      }
    }

    @Override
    public void close() {
      features.forEach(FeatureBatch::close);
      outputs.forEach(FeatureBatch::close);
    }
  }

  private ServingModel model(InferenceListener... listeners) {
    var options = ServingFixture.ABCD;
    for (InferenceListener listener : listeners) {
      options = options.toBuilder().listener(listener).build();
    }
    return fixture.load("mlp4.onnx", options);
  }

  private FeatureBatch batch() {
    return FeatureBatch.builder(fixture.allocator())
        .strings("id", "k0", "k1", "k2", "k3", "k4")
        .floats("a", ServingFixture.column(0))
        .floats("b", ServingFixture.column(1))
        .floats("c", ServingFixture.column(2))
        .floats("d", ServingFixture.column(3))
        .build();
  }

  private static Row row(int i) {
    float[] x = ServingFixture.X[i % 5];
    return new Row("k" + i, x[0], x[1], x[2], x[3]);
  }

  @Test
  void aBatchIsToldWithItsKeysAndAnswers() {
    try (Kept plain = new Kept(false);
        Kept kept = new Kept(true);
        Model model = model(plain, kept);
        FeatureBatch batch = batch();
        Prediction prediction = model.predict(batch)) {
      assertThat(plain.rows).containsExactly(5);
      assertThat(plain.features).isEmpty();
      assertThat(kept.ids.get(3)).isEqualTo(prediction.id(3));
      assertThat(kept.ids).isEqualTo(plain.ids);
      assertThat(((VarCharVector) kept.features.get(0).column("id")).getObject(4))
          .hasToString("k4");
      assertThat(((FixedSizeListVector) kept.outputs.get(0).column("y")).getObject(0))
          .isEqualTo(List.of(7.75f, 4.25f));
      assertThat(kept.errors).containsExactly((Throwable) null);
    }
  }

  /** Blocks of records have one time together, so a monitor sees the calls in a second listener. */
  @Test
  void aListenerThatNeedsRowsMayAddOneThatSeesEachRecord() {
    Kept each = new Kept(false);
    List<Integer> blocks = new ArrayList<>();
    InferenceListener both =
        new InferenceListener() {
          @Override
          public boolean needsRows() {
            return true;
          }

          @Override
          public Optional<InferenceListener> also() {
            return Optional.of(each);
          }

          @Override
          public void onInference(InferenceEvent event) {
            blocks.add(event.rows());
          }
        };
    try (each;
        Model model = model(both)) {
      RowModel<Row, Out> rows = model.rows(Row.class, Out.class);
      for (int i = 0; i < 5; i++) {
        rows.predict(row(i));
      }
      assertThat(each.rows).containsExactly(1, 1, 1, 1, 1);
      assertThat(each.features).isEmpty();
    }
    assertThat(blocks).containsExactly(5);
  }

  @Test
  void whatAListenerKeptIsNotChangedByACallerThatRefillsItsRoot() {
    Float4Vector a = column("a");
    Float4Vector b = column("b");
    Float4Vector c = column("c");
    Float4Vector d = column("d");
    try (VectorSchemaRoot root = VectorSchemaRoot.of(a, b, c, d);
        Kept kept = new Kept(true);
        Model model = model(kept)) {
      for (int round = 0; round < 5; round++) {
        a.set(0, ServingFixture.X[round][0]);
        b.set(0, ServingFixture.X[round][1]);
        c.set(0, ServingFixture.X[round][2]);
        d.set(0, ServingFixture.X[round][3]);
        root.setRowCount(1);
        try (FeatureBatch batch = FeatureBatch.of(root);
            Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("y")).containsExactly(ServingFixture.Y[round]);
        }
      }
      for (int round = 0; round < 5; round++) {
        FeatureBatch features = kept.features.get(round);
        assertThat(((Float4Vector) features.column("a")).get(0))
            .isEqualTo(ServingFixture.X[round][0]);
        assertThat(((Float4Vector) features.column("d")).get(0))
            .isEqualTo(ServingFixture.X[round][3]);
        assertThat(((FixedSizeListVector) kept.outputs.get(round).column("y")).getObject(0))
            .isEqualTo(List.of(ServingFixture.Y[round][0], ServingFixture.Y[round][1]));
      }
    }
  }

  private Float4Vector column(String name) {
    Float4Vector vector = new Float4Vector(name, fixture.allocator());
    vector.allocateNew(1);
    return vector;
  }

  @Test
  void singleRecordsAreToldByTheBlockAndTheRestAtClose() {
    try (Kept plain = new Kept(false);
        Kept kept = new Kept(true)) {
      List<PredictionId> ids = new ArrayList<>();
      try (Model model = model(plain, kept)) {
        RowModel<Row, Out> bound = model.rows(Row.class, Out.class);
        for (int i = 0; i < 2 * RowCollector.ROWS + 3; i++) {
          ids.add(bound.predict(row(i)).predictionId());
        }
        assertThat(kept.rows).containsExactly(RowCollector.ROWS, RowCollector.ROWS);
      }
      assertThat(kept.rows).containsExactly(RowCollector.ROWS, RowCollector.ROWS, 3);
      assertThat(plain.rows).hasSize(2 * RowCollector.ROWS + 3).containsOnly(1);
      assertThat(kept.ids).isEqualTo(ids).isEqualTo(plain.ids);
      checkRows(kept, 2 * RowCollector.ROWS + 3);
    }
  }

  private static void checkRows(Kept kept, int count) {
    int at = 0;
    for (int block = 0; block < kept.features.size(); block++) {
      FeatureBatch features = kept.features.get(block);
      FixedSizeListVector y = (FixedSizeListVector) kept.outputs.get(block).column("y");
      for (int i = 0; i < features.rows(); i++, at++) {
        assertThat(((VarCharVector) features.column("id")).getObject(i)).hasToString("k" + at);
        assertThat(((Float4Vector) features.column("c")).get(i))
            .isEqualTo(ServingFixture.X[at % 5][2]);
        assertThat(y.getObject(i))
            .isEqualTo(List.of(ServingFixture.Y[at % 5][0], ServingFixture.Y[at % 5][1]));
      }
    }
    assertThat(at).isEqualTo(count);
  }

  @Test
  void manyRecordsInOneCallAreSplitIntoBlocks() {
    try (Kept kept = new Kept(true)) {
      try (Model model = model(kept)) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
          rows.add(row(i));
        }
        assertThat(model.rows(Row.class, Out.class).predict(rows)).hasSize(600);
      }
      assertThat(kept.rows).containsExactly(256, 256, 88);
      checkRows(kept, 600);
    }
  }

  @Test
  void recordsDoNotWaitLongerThanASecond() {
    try (Kept kept = new Kept(true);
        Model model = model(kept)) {
      model.rows(Row.class, Out.class).predict(row(0));
      fixture.loader.flushOld();
      assertThat(kept.rows).isEmpty();
      fixture.nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      fixture.loader.flushOld();
      assertThat(kept.rows).containsExactly(1);
    }
  }

  @Test
  void failedCallsAreToldWithTheirError() {
    try (Kept plain = new Kept(false);
        Kept kept = new Kept(true);
        Model model = model(plain, kept);
        FeatureBatch batch = FeatureBatch.builder(fixture.allocator()).floats("a", 1, 2).build()) {
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(ModelInputException.class);
      assertThat(kept.errors).singleElement().isInstanceOf(ModelInputException.class);
      assertThat(plain.errors).singleElement().isInstanceOf(ModelInputException.class);
      assertThat(kept.rows).containsExactly(2);
      assertThat(kept.features).isEmpty();
    }
  }

  @Test
  void theTimeUntilACallFailedIsToldAsThatOfThePartInWhichItDid() {
    List<Long> binding = new ArrayList<>();
    List<Long> running = new ArrayList<>();
    InferenceListener times =
        event -> {
          binding.add(event.nanos(InferenceEvent.Phase.BIND));
          running.add(event.nanos(InferenceEvent.Phase.RUN));
        };
    try (Model model = model(times);
        FeatureBatch batch = FeatureBatch.builder(fixture.allocator()).floats("a", 1, 2).build()) {
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(ModelInputException.class);
    }
    assertThat(binding).singleElement().satisfies(nanos -> assertThat(nanos).isPositive());
    assertThat(running).containsExactly(0L);
  }

  record Numbers(float a, float b, float c, float d) {}

  /** A record that cannot be read. */
  record Unreadable(float a, float b, float c, float d) {
    @Override
    public float c() {
      throw new IllegalStateException("unreadable");
    }
  }

  @Test
  void ofARecordOfNumbersOnlyTheRunIsTimed() {
    List<Set<InferenceEvent.Phase>> phases = new ArrayList<>();
    InferenceListener timed =
        event ->
            phases.add(
                Arrays.stream(InferenceEvent.Phase.values())
                    .filter(phase -> event.nanos(phase) > 0)
                    .collect(Collectors.toSet()));
    try (Model model = model(timed)) {
      RowModel<Numbers, Out> rows = model.rows(Numbers.class, Out.class);
      rows.predict(new Numbers(1, 2, 3, 4)); // waits for the first slot
      rows.predict(new Numbers(1, 2, 3, 4));
      rows.predict(List.of(new Numbers(1, 2, 3, 4), new Numbers(1, 2, 3, 4)));
      RowModel<Unreadable, Out> unreadable = model.rows(Unreadable.class, Out.class);
      assertThatThrownBy(() -> unreadable.predict(new Unreadable(1, 2, 3, 4)))
          .hasMessageContaining("unreadable");
    }
    assertThat(phases.subList(1, 4))
        .containsExactly(
            Set.of(InferenceEvent.Phase.RUN),
            Set.of(InferenceEvent.Phase.BIND, InferenceEvent.Phase.RUN, InferenceEvent.Phase.READ),
            Set.of(InferenceEvent.Phase.BIND));
  }

  @Test
  void whatAListenerThrowsReachesNobodyElse() {
    InferenceListener broken =
        event -> {
          throw new AssertionError("broken");
        };
    try (Kept plain = new Kept(false);
        Kept kept = new Kept(true);
        ServingModel model = model(broken, plain, kept);
        FeatureBatch batch = batch();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats("y")).startsWith(ServingFixture.Y[0]);
      assertThat(plain.rows).containsExactly(5);
      assertThat(kept.rows).containsExactly(5);
      assertThat(((LoadedModel) model).identity().listeners().failures()).isEqualTo(1);
    }
  }

  @Test
  void anEventIsValidOnlyInItsCallback() {
    AtomicReference<InferenceEvent> event = new AtomicReference<>();
    AtomicReference<FeatureBatch> lent = new AtomicReference<>();
    InferenceListener thief =
        new InferenceListener() {
          @Override
          public boolean needsRows() {
            return true;
          }

          @Override
          public void onInference(InferenceEvent told) {
            event.set(told);
            lent.set(told.outputs());
          }
        };
    AtomicReference<InferenceEvent> plain = new AtomicReference<>();
    try (Model model = model(plain::set, thief);
        FeatureBatch batch = batch();
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.rows()).isEqualTo(5);
      assertThatThrownBy(() -> event.get().features()).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> plain.get().id(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> lent.get().rows()).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusedCallsAreToldAsFailed() {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    var options =
        ServingFixture.ABCD.toBuilder()
            .microBatching(MicroBatching.upTo(8).withoutMeasuring().withQueueLimit(1))
            .listener(
                event ->
                    told.add(
                        event.rows()
                            + " "
                            + String.valueOf(event.error()).replaceAll(":.*", "")
                            + " "
                            + (event.nanos(InferenceEvent.Phase.QUEUE) > 0)
                            + event.nanos(InferenceEvent.Phase.RUN)))
            .build();
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(1));
    try (Model model = fixture.load("mlp4.onnx", options);
        FeatureBatch batch = batch()) {
      RowModel<Row, Out> rows = model.rows(Row.class, Out.class);
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue(); // both processors are busy
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue();
      CompletableFuture<Out> waits = rows.predictAsync(row(1), CallOptions.withDefaults());
      assertThatThrownBy(() -> rows.predict(row(2))).isInstanceOf(OverloadedException.class);
      CompletableFuture<Integer> late = model.predictAsync(batch, soon, Prediction::rows);
      assertThatThrownBy(late::get).hasCauseInstanceOf(DeadlineException.class);
      fixture.loader.context().queue().leave();
      fixture.loader.context().queue().leave();
      assertThat(waits.join()).isNotNull();
    }
    assertThat(told)
        .containsExactly(
            "1 io.mlops4j.error.OverloadedException true0",
            "5 io.mlops4j.error.DeadlineException true0",
            told.get(2));
    assertThat(told.get(2)).startsWith("1 null ");
  }

  @Test
  void aListenerMayAskModelsThatAnswerTogetherWhatPilesUp() {
    AtomicReference<Model> asked = new AtomicReference<>();
    AtomicInteger depth = new AtomicInteger();
    List<Float> answers = Collections.synchronizedList(new ArrayList<>());
    List<Throwable> failed = Collections.synchronizedList(new ArrayList<>());
    // Ends the wait for a processor that only the listener's own callers could give back.
    CallOptions bounded = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(10));
    var options =
        ServingFixture.ABCD.toBuilder()
            .microBatching(MicroBatching.upTo(8).withoutMeasuring())
            .listener(
                event -> {
                  if (depth.incrementAndGet() < 5) { // more than there are processors
                    Model model = Objects.requireNonNull(asked.get());
                    try (FeatureBatch again = batch();
                        Prediction answer = model.predict(again, bounded)) {
                      answers.add(answer.floats("y")[0]);
                      answers.add(model.rows(Row.class, Out.class).predict(row(0), bounded).y()[0]);
                    } catch (RuntimeException e) {
                      failed.add(e);
                    }
                  }
                })
            .build();
    try (Model model = fixture.load("mlp4.onnx", options);
        FeatureBatch batch = batch()) {
      asked.set(model);
      model.predict(batch).close();
    }
    assertThat(failed).isEmpty();
    assertThat(answers).hasSize(8).containsOnly(7.75f);
  }
}
