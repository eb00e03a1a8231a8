package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHALLENGER;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.CallComparison;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.ShadowStatus;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Sum;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Term;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A challenger is compared with the champion on the same rows. */
class ShadowTest {
  @TempDir private Path folder;
  private DeploymentFixture plus;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v1);
    plus.assign(CHALLENGER, plus.v2);
  }

  @AfterEach
  void close() {
    plus.close();
  }

  private void predict(Deployment deployment, CallOptions options, float... x) {
    try (FeatureBatch batch = FeatureBatch.builder(plus.loader.allocator()).floats("x", x).build();
        Prediction answer = deployment.predict(batch, options)) {
      assertThat(answer.rows()).isEqualTo(x.length);
    }
  }

  private void predict(Deployment deployment, float... x) {
    predict(deployment, CallOptions.withDefaults(), x);
  }

  private static ShadowStatus await(Deployment deployment, Predicate<ShadowStatus> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      ShadowStatus now = deployment.shadow().orElseThrow();
      if (condition.test(now)) {
        return now;
      }
      assertThat(System.nanoTime()).as("30 s are over: " + now).isLessThan(end);
      LockSupport.parkNanos(100_000); // a status takes the lock that the comparison needs
    }
  }

  @Test
  void everyOutputIsCompared() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      predict(deployment, 1, 2, 4);
      predict(deployment, 8);
      ShadowStatus status = await(deployment, now -> now.rows() == 4);

      assertThat(status.champion().orElseThrow().version()).contains(plus.v1);
      assertThat(status.challenger().orElseThrow().version()).contains(plus.v2);
      assertThat(status.disagreements()).isEqualTo(4);
      assertThat(status.disagreementShare()).isEqualTo(1);
      assertThat(status.maxDifference()).isEqualTo(1);
      assertThat(status.outputs()).extracting(OutputDifference::name).containsExactly("y");
      OutputDifference y = status.outputs().get(0);
      assertThat(y.rows()).isEqualTo(4);
      assertThat(y.different()).isEqualTo(4);
      assertThat(y.meanDifference()).isEqualTo(1);
      assertThat(y.correlation()).isCloseTo(1, within(1e-12));
      assertThat(y.distance()).isEqualTo(0.25);
      assertThat(status.toString())
          .contains("shadow plus:2 of plus:1: 4 of 4 rows differ, 0 failed, 0 dropped")
          .contains("y: 4 of 4 rows differ");
    }
  }

  @Test
  void callsAreCountedAndTimed() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      for (int i = 0; i < 5; i++) {
        predict(deployment, i);
      }
      await(deployment, now -> now.rows() == 5);
      CallComparison calls = deployment.shadow().orElseThrow().calls().orElseThrow();
      assertThat(calls.baseline().servedBy().version()).contains(plus.v1);
      assertThat(calls.baseline().calls()).isEqualTo(5);
      assertThat(calls.candidate().servedBy().version()).contains(plus.v2);
      assertThat(calls.candidate().calls()).isEqualTo(5);
      assertThat(calls.candidate().failed()).isZero();
      assertThat(calls.candidate().times().orElseThrow().p95()).isPositive();
    }
  }

  @Test
  void callsAreCountedAndTimedBesideAListener() {
    AtomicInteger heard = new AtomicInteger();
    try (Deployment deployment =
        plus.champion().shadow(CHALLENGER).listener(event -> heard.incrementAndGet()).start()) {
      predict(deployment, 1, 2);
      assertThatExceptionOfType(ModelInputException.class)
          .isThrownBy(() -> predictOther(deployment));
      await(deployment, now -> now.rows() == 2);
      CallComparison calls = deployment.shadow().orElseThrow().calls().orElseThrow();
      assertThat(calls.baseline().calls()).isEqualTo(2);
      assertThat(calls.baseline().failed()).isEqualTo(1);
      assertThat(calls.candidate().calls()).isEqualTo(1);
      assertThat(heard).hasValue(3);
    }
  }

  @Test
  void failedCallsAreCountedWithoutAListener() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      assertThatExceptionOfType(ModelInputException.class)
          .isThrownBy(() -> predictOther(deployment));
      CallComparison calls = deployment.shadow().orElseThrow().calls().orElseThrow();
      assertThat(calls.baseline().failed()).isEqualTo(1);
      assertThat(deployment.shadow().orElseThrow().rows()).isZero();
    }
  }

  private void predictOther(Deployment deployment) {
    try (FeatureBatch other =
        FeatureBatch.builder(plus.loader.allocator()).floats("other", 1).build()) {
      deployment.predict(other).close();
    }
  }

  @Test
  void aToleranceIsThatOfTheUser() {
    // |y1 - y2| = 1, and the larger of them is 102: 0.98 %
    try (Deployment deployment = plus.champion().shadow(CHALLENGER, 0.0099).start()) {
      predict(deployment, 100, 0);
      ShadowStatus status = await(deployment, now -> now.rows() == 2);
      assertThat(status.disagreements()).isEqualTo(1);
      assertThat(status.disagreementShare()).isEqualTo(0.5);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plus.champion().shadow(CHALLENGER, -1))
        .withMessageContaining("tolerance");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plus.champion().shadow(CHALLENGER, Double.NaN));
  }

  @Test
  void recordsAreComparedByComponent() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      rows.predict(new Term(1));
      rows.predictAsync(new Term(2), CallOptions.withDefaults()).join();
      ShadowStatus status = await(deployment, now -> now.rows() == 2);
      assertThat(status.outputs()).extracting(OutputDifference::name).containsExactly("y");
      assertThat(status.outputs().get(0).different()).isEqualTo(2);
    }
  }

  /** The loop of the challenger ends only at a deadline. */
  @Test
  void aChallengerThatHangsEndsAtADeadline() {
    float hangs = -1000;
    plus.assign(CHALLENGER, plus.publish("picky4", DeploymentFixture.card().build()));
    DeploymentBuilder builder = (DeploymentBuilder) plus.champion().shadow(CHALLENGER);
    builder.shadowDeadline = Duration.ofMillis(50);
    builder.options(LoadOptions.builder().closing(Closing.endsCallsAfter(Duration.ZERO)).build());
    try (Deployment deployment = builder.start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      assertThat(rows.predict(new Term(hangs)).y()).isEqualTo(1 + hangs);
      await(deployment, now -> now.failed() == 1);
      assertThat(rows.predict(List.of(new Term(hangs), new Term(0)))).hasSize(2);
      await(deployment, now -> now.failed() == 3);
      predict(deployment, hangs);
      await(deployment, now -> now.failed() == 4);
      predict(deployment, 1);
      await(deployment, now -> now.rows() == 1);
    }
  }

  /** A sum whose accessor throws for 3. */
  record Picky(float y) {
    @Override
    public float y() {
      if (y == 3) {
        throw new IllegalStateException("three");
      }
      return y;
    }
  }

  @Test
  void aRowThatCannotBeReadCountsOnce() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      RowModel<Term, Picky> rows = deployment.rows(Term.class, Picky.class);
      assertThat(rows.predict(List.of(new Term(5), new Term(2), new Term(6)))).hasSize(3);
      ShadowStatus status =
          await(deployment, now -> now.failed() > 0 && now.rows() + now.failed() >= 3);
      assertThat(status.failed()).isEqualTo(1);
      assertThat(status.rows()).isEqualTo(2);
    }
  }

  @Test
  void anotherChampionBeginsAnotherComparison() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      predict(deployment, 1, 2, 3);
      await(deployment, now -> now.rows() == 3);
      plus.assign(CHAMPION, plus.v2);
      deployment.refresh();
      predict(deployment, 1);
      ShadowStatus status = await(deployment, now -> now.rows() == 1);
      assertThat(status.champion().orElseThrow().version()).contains(plus.v2);
      assertThat(status.disagreements()).isZero();
      assertThat(status.outputs().get(0).rows()).isEqualTo(1);
    }
  }

  @Test
  void answersOfACanaryAreNotThoseOfTheChampion() {
    String canary = "plus@canary";
    plus.assign(canary, plus.v3);
    try (Deployment deployment = plus.champion().canary(canary, 0).shadow(CHALLENGER).start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      CallOptions chosen = CallOptions.withDefaults().withRoute(Route.CANARY);
      predict(deployment, chosen, 1, 2, 3);
      assertThat(rows.predict(new Term(4), chosen).y()).isEqualTo(7);
      predict(deployment, 5);
      ShadowStatus status = await(deployment, now -> now.rows() == 1);
      assertThat(status.champion().orElseThrow().version()).contains(plus.v1);
      assertThat(status.rows() + status.dropped()).isEqualTo(1);
      assertThat(status.calls().orElseThrow().baseline().calls()).isEqualTo(1);
      assertThat(deployment.canary().orElseThrow().calls().orElseThrow().candidate().calls())
          .isEqualTo(2);
    }
  }

  @Test
  void theCandidateOfARolloutMayBeTheShadowUntilTheRolloutEnds() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    Change ana = Change.by("ana");
    try (Deployment deployment =
        plus.champion()
            .shadow(rollout.alias())
            .rollouts(trial -> new Verdict.Inconclusive(List.of()))
            .start()) {
      predict(deployment, 1);
      RolloutStatus third = rollout.start(plus.v3, RolloutPlan.of(1e-9), ana);
      deployment.refresh();
      predict(deployment, 1, 2);
      ShadowStatus status = await(deployment, now -> now.rows() == 2);
      assertThat(status.challenger().orElseThrow().version()).contains(plus.v3);
      assertThat(status.maxDifference()).isEqualTo(2);

      rollout.abort(third, ana);
      deployment.refresh();
      assertThat(deployment.shadow().orElseThrow().challenger()).isEmpty();
      predict(deployment, 1);
      assertThat(deployment.shadow().orElseThrow().rows()).isZero();
      rollout.start(plus.v2, RolloutPlan.of(1e-9), ana);
      deployment.refresh();
      predict(deployment, 1);
      assertThat(await(deployment, now -> now.rows() == 1).maxDifference()).isEqualTo(1);
    }
  }

  @Test
  void anOutputThatTheChallengerLacksDiffers() {
    plus.assign(CHALLENGER, plus.publish("renamed", DeploymentFixture.card().build()));
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      predict(deployment, 1, 2);
      OutputDifference y = await(deployment, now -> now.rows() == 2).outputs().get(0);
      assertThat(y.different()).isEqualTo(2);
      assertThat(y.missing()).isEqualTo(2);
      assertThat(y.distance()).isNaN();
    }
  }

  private static void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A deployment whose challenger answers only when the latch is open. */
  private Deployment withSlowChallenger(CountDownLatch open, CountDownLatch called) {
    InferenceListener waits =
        event -> {
          if (event.route() == Route.SHADOW) {
            called.countDown();
            pass(open);
          }
        };
    return plus.champion().shadow(CHALLENGER).listener(waits).start();
  }

  @Test
  void rowsBeyondTheQueueAreDroppedAndCounted() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    try (Deployment deployment = withSlowChallenger(open, called)) {
      for (int i = 0; i < 100; i++) {
        predict(deployment, i, -i);
      }
      called.await();
      assertThat(deployment.shadow().orElseThrow().dropped()).isEqualTo(2 * 36);
      open.countDown();
      ShadowStatus status = await(deployment, now -> now.rows() == 2 * 64);
      assertThat(status.disagreements()).isEqualTo(2 * 64);
      predict(deployment, 1);
      assertThat(await(deployment, now -> now.rows() == 129).dropped()).isEqualTo(72);
    }
  }

  @Test
  void closingDropsWhatWaits() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    Deployment deployment = withSlowChallenger(open, called);
    for (int i = 0; i < 70; i++) {
      predict(deployment, i);
    }
    called.await();
    open.countDown();
    deployment.close(); // the fixture finds memory that is not given back
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("mlops4j-shadow-" + CHAMPION);
  }

  @Test
  void everyRowOfManyCallersIsComparedOrDropped() throws Exception {
    int callers = 4;
    int calls = 500;
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        threads.add(
            new Thread(
                () -> {
                  for (int call = 0; call < calls; call++) {
                    predict(deployment, call, 1);
                    rows.predict(new Term(call));
                    rows.predict(List.of(new Term(call), new Term(2)));
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      ShadowStatus status =
          await(deployment, now -> now.rows() + now.dropped() == (long) callers * calls * 5);
      assertThat(status.failed()).isZero();
      assertThat(status.disagreements()).isEqualTo(status.rows());
      OutputDifference y = status.outputs().get(0);
      assertThat(y.rows()).isEqualTo(status.rows());
      assertThat(y.largestDifference()).isEqualTo(1);
    }
  }

  @Test
  void rowsThatTheCallerOverwritesAreComparedAsTheyWere() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    CountDownLatch called = new CountDownLatch(1);
    try (Deployment deployment = withSlowChallenger(open, called);
        Float4Vector x = new Float4Vector("x", plus.loader.allocator())) {
      x.allocateNew(1);
      x.setValueCount(1);
      try (FeatureBatch batch = FeatureBatch.of(VectorSchemaRoot.of(x))) {
        for (int i = 0; i < 4; i++) {
          x.set(0, 100 * i);
          deployment.predict(batch).close();
        }
        x.set(0, Float.NaN);
      }
      open.countDown();
      OutputDifference y = await(deployment, now -> now.rows() == 4).outputs().get(0);
      assertThat(y.missing()).isZero();
      assertThat(y.largestDifference()).isEqualTo(1);
      assertThat(y.correlation()).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void aShareOfTheCallsIsChosen() {
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).shadowShare(0.25).start()) {
      for (int i = 0; i < 800; i++) {
        predict(deployment, i);
      }
      predict(deployment, 1);
      // 200 are expected; six standard deviations are 74
      ShadowStatus status = await(deployment, now -> now.rows() + now.dropped() > 126);
      assertThat(status.rows() + status.dropped()).isLessThan(274);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().shadowShare(0));
    assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().shadowShare(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().shadowShare(Double.NaN));
  }

  /** Publishes a model of another signature as champion and challenger. */
  private Deployment alike(String model) {
    Path file = Path.of("src/test/resources/io/mlops4j/runtime/models", model + ".onnx");
    ModelVersion version = plus.registry.publish(ModelCard.builder(model).build(), file);
    plus.assign(model + "@champion", version);
    plus.assign(model + "@challenger", version);
    return new DeploymentBuilder(plus.loader, model + "@champion")
        .from(plus.registry)
        .shadow(model + "@challenger")
        .start();
  }

  @Test
  void textsAreComparedByEquality() {
    try (Deployment deployment = alike("strings_out");
        FeatureBatch codes =
            FeatureBatch.builder(plus.loader.allocator()).longs("code", 1, 0, 2, 3, 9).build()) {
      for (int i = 0; i < 3; i++) {
        deployment.predict(codes).close();
      }
      ShadowStatus status = await(deployment, now -> now.rows() == 15);
      assertThat(status.disagreements()).isZero();
      OutputDifference label = status.outputs().get(0);
      assertThat(label.name()).isEqualTo("label");
      assertThat(label.rows()).isEqualTo(15);
      assertThat(label.distance()).isZero();
      assertThat(label.correlation()).as("texts").isNaN();
    }
  }

  @Test
  void vectorsAndMapsAreCompared() {
    for (String model : List.of("classifier", "classifier_zipmap")) {
      try (Deployment deployment = alike(model);
          FeatureBatch rows =
              FeatureBatch.builder(plus.loader.allocator())
                  .floats("x", 2, 0, 0, 1, -2, -2, 0, 0)
                  .asTensors(2)
                  .build()) {
        deployment.predict(rows).close();
        deployment.predict(rows).close();
        ShadowStatus status = await(deployment, now -> now.rows() == 8);
        assertThat(status.failed()).isZero();
        assertThat(status.disagreements()).isZero();
        assertThat(status.outputs()).hasSize(2);
        assertThat(status.outputs())
            .allSatisfy(
                output -> {
                  assertThat(output.rows()).isEqualTo(8);
                  assertThat(output.missing()).isZero();
                  assertThat(output.largestDifference()).isZero();
                  assertThat(output.correlation()).isCloseTo(1, within(1e-12));
                });
      }
    }
  }
}
