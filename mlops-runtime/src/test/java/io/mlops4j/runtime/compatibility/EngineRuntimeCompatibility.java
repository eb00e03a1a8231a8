package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same models as applications ask them: batches, records, deadlines, a strict close. */
@Timeout(120)
public abstract class EngineRuntimeCompatibility {
  private final EngineUnderTest tested = engine();
  private ModelRuntime runtime;

  /** The engine and its models. */
  protected abstract EngineUnderTest engine();

  @BeforeEach
  void open() {
    excuse("all tests", tested.cannotRun());
    runtime = ModelRuntime.builder().threads(2).strict().open();
  }

  @AfterEach
  void everyByteIsFreed() {
    if (runtime != null) {
      assertThat(runtime.hostBytes()).isZero();
      assertThat(runtime.allocator().getAllocatedMemory()).isZero();
      runtime.close();
    }
  }

  private Model load(Job job, FeatureSchema features) {
    excuse(job, tested.cannot(job));
    TestModel model = tested.model(job);
    LoadOptions options = LoadOptions.withDefaults().engine(tested.provider().name());
    if (features != null) {
      options = options.features(features);
    }
    return runtime.load(
        model.path(), model.signature() == null ? options : options.signature(model.signature()));
  }

  private Model load(Job job) {
    return load(job, null);
  }

  private void excuse(Object what, Optional<String> reason) {
    reason.ifPresent(
        why -> {
          String line = "skipped: %s, %s: %s".formatted(getClass().getSimpleName(), what, why);
          System.out.println(line);
          Assumptions.abort(line);
        });
  }

  @Test
  void batchesAreAnsweredAndSayByWhom() {
    try (Model model = load(Job.SUM);
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .floats("b", 10, 20, 30)
                .floats("a", 1, 2, 3)
                .build();
        Prediction sum = model.predict(batch)) {
      assertThat(sum.floats("sum")).containsExactly(11, 22, 33);
      assertThat(sum.servedBy().engine()).isEqualTo(tested.provider().name());
      try (FeatureBatch kept = sum.outputs().retain()) {
        assertThat(kept.column("sum").getObject(2)).isEqualTo(33f);
      }
    }
  }

  record Row(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent") // an output of two values a row
  record Answer(float[] y) {}

  @Test
  void columnsAreGatheredAndRecordsAsked() {
    try (Model model = load(Job.AFFINE, FeatureSchema.ofNames("a", "b", "c", "d"))) {
      RowModel<Row, Answer> rows = model.rows(Row.class, Answer.class);
      assertThat(rows.predict(new Row(1, 2, 3, 4)).y()).containsExactly(7.5f, 7.75f);
      List<Answer> two = rows.predict(List.of(new Row(0, 0, 0, 0), new Row(1, 2, 3, 4)));
      assertThat(two.get(0).y()).containsExactly(0.5f, -0.25f);
      assertThat(two.get(1).y()).containsExactly(7.5f, 7.75f);
    }
  }

  @Test
  void textGoesThroughFromEndToEnd() {
    try (Model model = load(Job.JOIN);
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .strings("a", "fr", "", "\uD83D\uDE00", "long ".repeat(100))
                .strings("b", "üh", "", "✈", "end")
                .build();
        Prediction joined = model.predict(batch)) {
      assertThat(joined.strings("joined"))
          .containsExactly("früh", "", "\uD83D\uDE00✈", "long ".repeat(100) + "end");
    }
  }

  @Test
  void wrongColumnsAreRefusedByNameAndTheModelGoesOn() {
    try (Model model = load(Job.SUM)) {
      try (FeatureBatch missing =
          FeatureBatch.builder(runtime.allocator()).floats("a", 1).build()) {
        assertThatThrownBy(() -> model.predict(missing))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("b");
      }
      try (FeatureBatch wrong =
          FeatureBatch.builder(runtime.allocator()).floats("a", 1).strings("b", "text").build()) {
        assertThatThrownBy(() -> model.predict(wrong))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("b");
      }
      try (FeatureBatch right =
              FeatureBatch.builder(runtime.allocator()).floats("a", 1).floats("b", 2).build();
          Prediction sum = model.predict(right)) {
        assertThat(sum.floats("sum")).containsExactly(3);
      }
    }
  }

  @Test
  void failuresAreTypedAndTheModelGoesOn() {
    try (Model model = load(Job.LOOKUP)) {
      for (int i = 0; i < 3; i++) {
        try (FeatureBatch wrong =
            FeatureBatch.builder(runtime.allocator()).longs("index", 1, 99).build()) {
          assertThatThrownBy(() -> model.predict(wrong)).isInstanceOf(InferenceException.class);
        }
        try (FeatureBatch right =
                FeatureBatch.builder(runtime.allocator()).longs("index", 1, 2).build();
            Prediction value = model.predict(right)) {
          assertThat(value.floats("value")).containsExactly(20, 30);
        }
      }
    }
  }

  @Test
  void deadlinesAreReportedWhetherOrNotTheRunEnds() {
    CallOptions soon = CallOptions.withDefaults().within(Duration.ofMillis(20));
    try (Model model = load(Job.SLOW);
        FeatureBatch slow =
            FeatureBatch.builder(runtime.allocator()).longs("n", tested.slow()).build();
        FeatureBatch quick = FeatureBatch.builder(runtime.allocator()).longs("n", 2).build()) {
      assertThatThrownBy(() -> model.predict(slow, soon)).isInstanceOf(DeadlineException.class);
      try (Prediction done = model.predict(quick)) {
        assertThat(done.longs("done")).containsExactly(2);
      }
    }
  }

  @Test
  void closedModelsRefuseCallsAndOpenAnswersStayReadable() {
    Model model = load(Job.SUM);
    try (FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator()).floats("a", 1).floats("b", 2).build();
        Prediction sum = model.predict(batch)) {
      model.close();
      model.close();
      assertThat(sum.floats("sum")).containsExactly(3);
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void manyAsynchronousCallsAreAnsweredEachWithItsOwn() {
    try (Model model = load(Job.SUM)) {
      List<CompletableFuture<Float>> sums = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        try (FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator()).floats("a", i).floats("b", 0.5f).build()) {
          sums.add(
              model.predictAsync(
                  batch, CallOptions.withDefaults(), answer -> answer.floats("sum")[0]));
        }
      }
      for (int i = 0; i < sums.size(); i++) {
        assertThat(sums.get(i).join()).isEqualTo(i + 0.5f);
      }
    }
  }
}
