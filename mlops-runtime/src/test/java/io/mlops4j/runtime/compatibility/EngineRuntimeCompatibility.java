package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The same models as applications ask them: batches, records, deadlines, a strict close. */
public abstract class EngineRuntimeCompatibility extends RuntimeSuite {
  @Test
  void batchesAreAnsweredAndSayByWhom() {
    try (Model model = load(Job.SUM);
        FeatureBatch batch = builder().floats("b", 10, 20, 30).floats("a", 1, 2, 3).build();
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
            builder()
                .strings("a", "fr", "", "\uD83D\uDE00", "long ".repeat(100))
                .strings("b", "üh", "", "✈", "end")
                .build();
        Prediction joined = model.predict(batch)) {
      assertThat(joined.strings("joined"))
          .containsExactly("früh", "", "\uD83D\uDE00✈", "long ".repeat(100) + "end");
    }
  }

  @Test
  void failuresAreTypedAndTheModelGoesOn() {
    try (Model model = load(Job.LOOKUP)) {
      for (int i = 0; i < 3; i++) {
        try (FeatureBatch wrong = builder().longs("index", 1, 99).build()) {
          assertThatThrownBy(() -> model.predict(wrong)).isInstanceOf(InferenceException.class);
        }
        try (FeatureBatch right = builder().longs("index", 1, 2).build();
            Prediction value = model.predict(right)) {
          assertThat(value.floats("value")).containsExactly(20, 30);
        }
      }
    }
  }

  @Test
  void deadlinesAreReportedWhetherOrNotTheRunEnds() {
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(20));
    try (Model model = load(Job.SLOW);
        FeatureBatch slow = builder().longs("n", tested.slow()).build();
        FeatureBatch quick = builder().longs("n", 2).build()) {
      assertThatThrownBy(() -> model.predict(slow, soon)).isInstanceOf(DeadlineException.class);
      try (Prediction done = model.predict(quick)) {
        assertThat(done.longs("done")).containsExactly(2);
      }
    }
  }

  @Test
  void cancelledCallsLetTheModelGoOn() {
    try (Model model = load(Job.SLOW);
        FeatureBatch slow = builder().longs("n", tested.slow()).build();
        FeatureBatch quick = builder().longs("n", 2).build()) {
      CompletableFuture<long[]> cancelled =
          model.predictAsync(slow, CallOptions.withDefaults(), answer -> answer.longs("done"));
      assertThat(cancelled.cancel(true)).isTrue();
      try (Prediction done = model.predict(quick)) {
        assertThat(done.longs("done")).containsExactly(2);
      }
    }
  }

  @Test
  void closingWaitsForCallsThatRun() throws Exception {
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(300));
    Model model = load(Job.SLOW);
    try (FeatureBatch slow = builder().longs("n", tested.slow()).build()) {
      CompletableFuture<long[]> call =
          model.predictAsync(slow, soon, answer -> answer.longs("done"));
      model.close();
      assertThatThrownBy(() -> model.predict(slow)).isInstanceOf(IllegalStateException.class);
      Throwable late = call.handle((done, failed) -> failed).get(30, TimeUnit.SECONDS);
      assertThat(late == null || late instanceof DeadlineException).as("%s", late).isTrue();
    }
  }

  @Test
  void modelsOfOneRuntimeDoNotDisturbEachOther() {
    try (Model sum = load(Job.SUM);
        Model two = load(Job.TWO);
        FeatureBatch batch =
            builder().floats("a", 1, 2).floats("b", 3, 4).floats("x", 5, 6).build();
        Prediction doubled = two.predict(batch);
        Prediction added = sum.predict(batch)) {
      assertThat(added.floats("sum")).containsExactly(4, 6);
      assertThat(doubled.floats("twice")).containsExactly(10, 12);
      assertThat(doubled.floats("square")).containsExactly(25, 36);
    }
  }

  @Test
  void closedModelsRefuseCallsAndOpenAnswersStayReadable() {
    Model model = load(Job.SUM);
    try (FeatureBatch batch = builder().floats("a", 1).floats("b", 2).build();
        Prediction sum = model.predict(batch)) {
      model.close();
      model.close();
      assertThat(sum.floats("sum")).containsExactly(3);
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void smallBatchesThatAreJoinedAreAnsweredEachWithItsOwn() {
    try (Model model = loadJoining(Job.SUM)) {
      List<CompletableFuture<float[]>> sums = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        try (FeatureBatch batch = builder().floats("a", i, -i).floats("b", 0.5f, 1).build()) {
          sums.add(model.predictAsync(batch, CallOptions.withDefaults(), sum -> sum.floats("sum")));
        }
      }
      for (int i = 0; i < sums.size(); i++) {
        assertThat(sums.get(i).join()).containsExactly(i + 0.5f, 1 - i);
      }
    }
  }

  @Test
  void textsThatAreJoinedAreTakenApart() {
    try (Model model = loadJoining(Job.JOIN)) {
      List<CompletableFuture<String[]>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        try (FeatureBatch batch =
            builder().strings("a", "früh ", "").strings("b", "" + i, "").build()) {
          all.add(
              model.predictAsync(
                  batch, CallOptions.withDefaults(), text -> text.strings("joined")));
        }
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).join()).containsExactly("früh " + i, "");
      }
    }
  }

  @Test
  void manyAsynchronousCallsAreAnsweredEachWithItsOwn() {
    try (Model model = load(Job.SUM)) {
      List<CompletableFuture<Float>> sums = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        try (FeatureBatch batch = builder().floats("a", i).floats("b", 0.5f).build()) {
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
