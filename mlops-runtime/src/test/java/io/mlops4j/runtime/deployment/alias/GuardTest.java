package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHALLENGER;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.Priority;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.inference.ServedBy.Reason;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.LoadShedding;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import io.mlops4j.runtime.deployment.ProtectionStatus.State;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Sum;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Term;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real versions that fail and hang in the engine, by what is in their rows. */
class GuardTest {
  /** Makes the run of a picky model fail. */
  private static final float FAILS = -1;

  /** Makes the run of a picky model hang. */
  private static final float HANGS = -1000;

  private static final CircuitBreaker BREAKER =
      CircuitBreaker.withDefaults()
          .withMinimumCalls(4)
          .withTrialCalls(1)
          .withPause(Duration.ofSeconds(30));
  private static final CallOptions SOON =
      CallOptions.withDefaults().withDeadline(Duration.ofMillis(30));
  private static final Map<String, ?> DEFAULT = Map.of("y", 0.25);

  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private DeploymentFixture plus;
  private ModelVersion picky;
  private ModelVersion other;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    picky = plus.publish("picky4", card().build());
    other = plus.publish("picky5", card().build());
    plus.assign(CHAMPION, picky);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private DeploymentBuilder builder() {
    DeploymentBuilder builder = new DeploymentBuilder(plus.loader, CHAMPION, time);
    builder.timer = time;
    builder.nanos = () -> Duration.between(Instant.EPOCH, time.instant()).toNanos();
    builder
        .from(plus.registry)
        .actor("service")
        .every(Duration.ofDays(1))
        .withoutRecentRows()
        .listener(this::heard);
    return builder;
  }

  private void heard(InferenceEvent event) {
    Throwable error = event.error();
    events.add(event.route() + (error == null ? "" : " " + error.getClass().getSimpleName()));
  }

  private FeatureBatch batch(float... x) {
    return FeatureBatch.builder(plus.loader.allocator()).floats("x", x).build();
  }

  private ServedBy ask(Deployment deployment, CallOptions options, float x, float y) {
    try (FeatureBatch batch = batch(x);
        Prediction answer = deployment.predict(batch, options)) {
      assertThat(answer.floats("y")).containsExactly(y);
      return answer.servedBy();
    }
  }

  private ServedBy ask(Deployment deployment, float x, float y) {
    return ask(deployment, CallOptions.withDefaults(), x, y);
  }

  private void fail(Deployment deployment, int calls) {
    try (FeatureBatch batch = batch(FAILS)) {
      for (int i = 0; i < calls; i++) {
        assertThatThrownBy(() -> deployment.predict(batch))
            .isInstanceOf(InferenceException.class)
            .isNotInstanceOf(CircuitOpenException.class);
      }
    }
  }

  private static ProtectionStatus.Breaker breaker(Deployment deployment) {
    return deployment.status().protection().breakers().get(0);
  }

  private static String why(ServedBy by) {
    return by.fallback().map(ServedBy.Fallback::toString).orElse("");
  }

  @Test
  void anOpenBreakerRejectsCallsAndSaysWhen() {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).start();
        FeatureBatch good = batch(1)) {
      ask(deployment, 1, 5);
      fail(deployment, 4);
      assertThatThrownBy(() -> deployment.predict(good))
          .isInstanceOf(CircuitOpenException.class)
          .hasMessageStartingWith("plus:4: its circuit breaker is open: 4 of 4 calls within 10 s")
          .hasMessageContaining("indices element out of data bounds")
          .extracting(e -> ((CircuitOpenException) e).nextTrial())
          .isEqualTo(Instant.EPOCH.plusSeconds(30));
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      assertThatThrownBy(() -> rows.predict(new Term(1))).isInstanceOf(CircuitOpenException.class);
      assertThatThrownBy(() -> rows.predict(List.of(new Term(1))))
          .isInstanceOf(CircuitOpenException.class);
      assertThat(rows.predictAsync(new Term(1), CallOptions.withDefaults()))
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(CircuitOpenException.class);
      assertThat(deployment.predictAsync(good, CallOptions.withDefaults(), Prediction::rows))
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(CircuitOpenException.class);
      ProtectionStatus.Breaker open = breaker(deployment);
      assertThat(open.version().version()).contains(picky);
      assertThat(open.state()).isEqualTo(State.OPEN);
      assertThat(open.answered()).isEqualTo(1);
      assertThat(open.failed()).isEqualTo(4);
      assertThat(open.rejected()).isEqualTo(5);
      assertThat(open.nextTrial()).contains(Instant.EPOCH.plusSeconds(30));
      assertThat(events).filteredOn("PRIMARY CircuitOpenException"::equals).hasSize(5);

      time.advance(Duration.ofSeconds(30));
      ask(deployment, 1, 5);
      assertThat(breaker(deployment).state()).isEqualTo(State.CLOSED);
      assertThat(deployment.status().protection().running()).isZero();
    }
  }

  @Test
  void mistakesOfCallersNeitherCountNorFallBack() {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).fallbackTo(DEFAULT).start();
        FeatureBatch wrong =
            FeatureBatch.builder(plus.loader.allocator()).floats("w", 1f).build()) {
      FeatureBatch closed = batch(1);
      closed.close();
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> deployment.predict(wrong)).isInstanceOf(ModelInputException.class);
        assertThatThrownBy(() -> deployment.predict(closed))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThatThrownBy(
              () -> deployment.predictAsync(wrong, CallOptions.withDefaults(), p -> 1).get())
          .hasCauseInstanceOf(ModelInputException.class);
      assertThatThrownBy(
              () -> deployment.predictAsync(closed, CallOptions.withDefaults(), p -> 1).get())
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(breaker(deployment).state()).isEqualTo(State.CLOSED);
      assertThat(breaker(deployment).failed()).isZero();
    }
  }

  /** An exception of the code that reads an answer is not a fault of the version. */
  @Test
  void failuresToReadDoNotCount() {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).fallbackTo(DEFAULT).start();
        FeatureBatch good = batch(1)) {
      for (int i = 0; i < 10; i++) {
        assertThat(
                deployment.predictAsync(
                    good,
                    CallOptions.withDefaults(),
                    p -> {
                      throw new InferenceException("mine", null);
                    }))
            .failsWithin(10, TimeUnit.SECONDS)
            .withThrowableThat()
            .withMessageContaining("mine");
      }
      assertThat(breaker(deployment).failed()).isZero();
      assertThat(breaker(deployment).answered()).isEqualTo(10);
    }
  }

  @Test
  void aDefaultAnswersForCallsThatFail() throws Exception {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).fallbackTo(DEFAULT).start();
        FeatureBatch bad = batch(FAILS, 2, 3)) {
      try (Prediction answer = deployment.predict(bad)) {
        assertThat(answer.rows()).isEqualTo(3);
        assertThat(answer.floats("y")).containsExactly(0.25f, 0.25f, 0.25f);
        assertThat(answer.shape("y")).containsExactly(3);
        assertThat(answer.outputs().rows()).isEqualTo(3);
        ServedBy by = answer.servedBy();
        assertThat(by.fallback()).contains(new ServedBy.Fallback(Reason.FAILED, picky));
        assertThat(by.engine()).isEqualTo("default");
        assertThat(by.version()).isEmpty();
        // sha256sum of the line y=[0.25]
        assertThat(by.digest().hex())
            .isEqualTo("1a8040f447c86b3900f3f3f3550478bd820cab47eb0f793ea3c1ee220db4f671");
        assertThat(by)
            .hasToString(
                by.model()
                    + ", "
                    + by.digest().abbreviated()
                    + ", default, in place of plus:4, which failed");
      }
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      Sum one = rows.predict(new Term(FAILS));
      assertThat(one.y()).isEqualTo(0.25f);
      assertThat(why(one.by())).isEqualTo("in place of plus:4, which failed");
      assertThat(rows.predict(List.of(new Term(FAILS), new Term(1))))
          .extracting(Sum::y)
          .containsExactly(0.25f, 0.25f);
      assertThat(rows.predictAsync(new Term(FAILS), CallOptions.withDefaults()).get().y())
          .isEqualTo(0.25f);
      // four failures opened the breaker
      ServedBy open = ask(deployment, 1, 0.25f);
      assertThat(open.fallback()).contains(new ServedBy.Fallback(Reason.CIRCUIT_OPEN, picky));
      assertThat(
              deployment
                  .predictAsync(bad, CallOptions.withDefaults(), p -> p.floats("y").length)
                  .get())
          .isEqualTo(3);
      assertThat(ask(deployment, 1, 0.25f)).isSameAs(open);
      assertThat(deployment.status().protection().answeredByDefault()).isEqualTo(7);
      assertThat(events)
          .containsExactly(
              "PRIMARY InferenceException",
              "FALLBACK",
              "PRIMARY InferenceException",
              "FALLBACK",
              "PRIMARY InferenceException",
              "FALLBACK",
              "PRIMARY InferenceException",
              "FALLBACK",
              "FALLBACK",
              "FALLBACK",
              "FALLBACK");
    }
  }

  /** The figures of the runtime on the version that serves as champion. */
  private ProtectionFigures figures(ModelVersion version) {
    return plus.loader.figures().models().stream()
        .filter(model -> model.servedBy().version().equals(Optional.of(version)))
        .filter(model -> model.route() == Route.PRIMARY && !model.isStandby())
        .map(ModelFigures::protection)
        .findAny()
        .orElseThrow()
        .orElseThrow();
  }

  @Test
  void aNewRecordOfTheSameVersionCountsFromZero() {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).start()) {
      assertThatThrownBy(() -> ask(deployment, FAILS, 0)).isInstanceOf(InferenceException.class);
      assertThat(figures(picky).failed()).isEqualTo(1);
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      ServedBy serving = deployment.status().serving(); // the one before may be closing
      assertThat(plus.loader.figures().models())
          .filteredOn(model -> model.servedBy().equals(serving))
          .singleElement()
          .extracting(model -> model.protection().orElseThrow().failed())
          .isEqualTo(0L);
    }
  }

  @Test
  void aDeploymentWithoutBreakerAndFallbackHasNoFiguresOfThem() {
    try (Deployment deployment = builder().shedding(LoadShedding.above(9)).start()) {
      assertThat(deployment.status().protection().breakers()).isEmpty();
      assertThat(plus.loader.figures().models())
          .singleElement()
          .satisfies(model -> assertThat(model.protection()).isEmpty());
    }
  }

  @Test
  void thePreviousVersionAnswersForCallsThatFail() throws Exception {
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment =
            builder().circuitBreaker(BREAKER).fallbackToPrevious().fallbackTo(DEFAULT).start();
        FeatureBatch bad = batch(FAILS)) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      ServedBy by = ask(deployment, FAILS, FAILS + 1);
      assertThat(by.version()).contains(plus.v1);
      assertThat(by.fallback()).contains(new ServedBy.Fallback(Reason.FAILED, picky));
      Sum one = rows.predict(new Term(FAILS));
      one.isConsistent(FAILS);
      assertThat(one.by().fallback()).isPresent();
      assertThat(rows.predictAsync(new Term(FAILS), CallOptions.withDefaults()).get().y())
          .isEqualTo(FAILS + 1);
      assertThat(
              deployment.predictAsync(bad, CallOptions.withDefaults(), p -> p.floats("y")[0]).get())
          .isEqualTo(FAILS + 1);
      assertThat(why(ask(deployment, 7, 8)))
          .isEqualTo("in place of plus:4, whose circuit breaker is open");
      assertThat(deployment.status().protection().answeredByPrevious()).isEqualTo(5);
      assertThat(figures(picky))
          .isEqualTo(new ProtectionFigures(ProtectionFigures.Breaker.OPEN, 4, 1, 5, 0));
      assertThat(deployment.servedBy().version()).contains(picky);

      plus.assign(CHAMPION, other); // picky is the previous one now, and fails, too
      deployment.refresh();
      for (int i = 0; i < 10; i++) {
        ServedBy last = ask(deployment, FAILS, 0.25f);
        assertThat(last.engine()).isEqualTo("default");
      }
      assertThat(deployment.status().protection().answeredByDefault()).isEqualTo(10);
      assertThat(figures(other).answeredByDefault()).isEqualTo(10);
      assertThat(figures(other).answeredByPrevious()).isZero();
    }
  }

  @Test
  void aCallThatTookTooLongGetsTheDefaultOnly() throws Exception {
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment =
            builder().circuitBreaker(BREAKER).fallbackToPrevious().fallbackTo(DEFAULT).start();
        FeatureBatch slow = batch(HANGS)) {
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      ServedBy by = ask(deployment, SOON, HANGS, 0.25f);
      assertThat(by.fallback()).contains(new ServedBy.Fallback(Reason.DEADLINE, picky));
      assertThat(deployment.predictAsync(slow, SOON, p -> p.floats("y")[0]).get()).isEqualTo(0.25f);
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      assertThat(rows.predict(new Term(HANGS), SOON).y()).isEqualTo(0.25f);
      assertThat(rows.predictAsync(new Term(HANGS), SOON).get().y()).isEqualTo(0.25f);
      assertThat(breaker(deployment).failed()).isEqualTo(4);
      assertThat(breaker(deployment).state()).isEqualTo(State.OPEN);
      // while the breaker is open, the previous version has the whole time
      assertThat(
              ask(
                      deployment,
                      CallOptions.withDefaults().withDeadline(Duration.ofSeconds(20)),
                      HANGS,
                      HANGS + 1)
                  .version())
          .contains(plus.v1);
    }
  }

  @Test
  void withoutAFallbackTheFirstFailureReachesTheCaller() {
    try (Deployment deployment = builder().fallbackToPrevious().start();
        FeatureBatch bad = batch(FAILS);
        FeatureBatch slow = batch(HANGS)) {
      assertThatThrownBy(() -> deployment.predict(bad)).isInstanceOf(InferenceException.class);
      assertThatThrownBy(() -> deployment.predict(slow, SOON))
          .isInstanceOf(DeadlineException.class);
      assertThatThrownBy(() -> deployment.predictAsync(slow, SOON, p -> 1).get())
          .hasCauseInstanceOf(DeadlineException.class);
      plus.assign(CHAMPION, other);
      deployment.refresh();
      assertThatThrownBy(() -> deployment.predict(bad))
          .isInstanceOf(InferenceException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
      assertThat(deployment.status().protection().answeredByPrevious()).isZero();
    }
  }

  @Test
  void aCancelledCallIsNoFailure() throws Exception {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).fallbackTo(DEFAULT).start();
        FeatureBatch slow = batch(HANGS)) {
      for (int i = 0; i < 6; i++) {
        CompletableFuture<Integer> call =
            deployment.predictAsync(slow, CallOptions.withDefaults(), Prediction::rows);
        assertThat(call.cancel(true)).isTrue();
      }
      assertThat(breaker(deployment).failed()).isZero();
      ask(deployment, 1, 5);
    }
  }

  @Test
  void defaultsAreCheckedAtTheStart() {
    for (Map<String, ?> wrong :
        List.<Map<String, ?>>of(
            Map.of(),
            Map.of("y", 1, "z", 2),
            Map.of("y", "text"),
            Map.of("y", true),
            Map.of("y", List.of(1, 2)),
            Map.of("y", new double[] {}),
            Map.of("y", 1e300))) {
      assertThatIllegalArgumentException()
          .as("%s", wrong)
          .isThrownBy(() -> builder().fallbackTo(wrong).start())
          .withMessageStartingWith("default prediction: ");
    }
  }

  @Test
  void aVersionThatTheDefaultDoesNotFitIsRefused() {
    try (Deployment deployment = builder().fallbackTo(DEFAULT).allowSignatureChange().start()) {
      plus.assign(CHAMPION, plus.publish("renamed", card().build()));
      DeploymentStatus status = deployment.refresh();
      assertThat(status.refused().orElseThrow().verdict())
          .isEqualTo(DeploymentStatus.Verdict.INTERFACE);
      assertThat(status.refused().orElseThrow().reason()).contains("fallbackTo", "\"y\"");
      assertThat(status.serving().version()).contains(picky);
    }
  }

  @Test
  void theChampionAnswersForACandidate() {
    plus.assign(CHAMPION, plus.v1);
    plus.assign(CHALLENGER, picky);
    try (Deployment deployment =
        builder().canary(CHALLENGER, 1).circuitBreaker(BREAKER).fallbackToPrevious().start()) {
      assertThat(ask(deployment, 1, 5).version()).contains(picky);
      for (int i = 0; i < 4; i++) {
        ServedBy by = ask(deployment, FAILS, FAILS + 1);
        assertThat(by.fallback()).contains(new ServedBy.Fallback(Reason.FAILED, picky));
      }
      ServedBy by = ask(deployment, 1, 2); // the candidate's breaker is open
      assertThat(by.version()).contains(plus.v1);
      assertThat(by.fallback()).isEmpty();
      assertThat(events.stream().toList().subList(9, 10)).containsExactly("PRIMARY");
      List<ProtectionStatus.Breaker> breakers = deployment.status().protection().breakers();
      assertThat(breakers)
          .extracting(ProtectionStatus.Breaker::state)
          .containsExactly(State.CLOSED, State.OPEN);

      time.advance(Duration.ofSeconds(30));
      assertThat(ask(deployment, 1, 5).version()).contains(picky);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anOpenBreakerFailsTheRolloutOfItsCandidate(boolean waitsForApproval) {
    plus.assign(CHAMPION, plus.v1);
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    CallOptions canary = CallOptions.withDefaults().withRoute(Route.CANARY);
    Verdict unsure = new Verdict.Inconclusive(List.of(new Evidence("calls", 0, 1, "too few")));
    try (Deployment deployment =
            builder().rollouts(trial -> unsure).circuitBreaker(BREAKER).start();
        FeatureBatch bad = batch(FAILS)) {
      Change ana = Change.by("ana");
      RolloutStatus first = rollout.start(picky, RolloutPlan.of(0.5).withApproval(), ana);
      if (waitsForApproval) {
        rollout.judged(first, new Verdict.Pass(unsure.evidence()), ana);
      }
      deployment.refresh();
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> deployment.predict(bad, canary))
            .isInstanceOf(InferenceException.class);
      }
      Objects.requireNonNull(((AliasDeployment) deployment).judge()).judgeOnce();
      RolloutStatus end = rollout.status().orElseThrow();
      assertThat(end.state()).isEqualTo(RolloutStatus.State.ROLLED_BACK);
      assertThat(end.evidence())
          .extracting(Evidence::text)
          .containsExactly("the candidate's circuit breaker is open");
      assertThat(ask(deployment, canary, 1, 2).version()).contains(plus.v1);
    }
  }

  @Test
  void aNewRecordForTheSameVersionKeepsTheBreakerAndANewVersionGetsItsOwn() {
    try (Deployment deployment = builder().circuitBreaker(BREAKER).start();
        FeatureBatch good = batch(1)) {
      fail(deployment, 4);
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      assertThatThrownBy(() -> deployment.predict(good)).isInstanceOf(CircuitOpenException.class);
      plus.assign(CHAMPION, other);
      deployment.refresh();
      ask(deployment, 1, 6);
    }
  }

  @Test
  void changesOfABreakerAreAnnounced() throws Exception {
    List<State> states = new ArrayList<>();
    CountDownLatch opened = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(2);
    try (Deployment deployment =
        builder()
            .circuitBreaker(BREAKER)
            .onChange(
                status -> {
                  states.add(status.protection().breakers().get(0).state());
                  opened.countDown();
                  closed.countDown();
                })
            .start()) {
      fail(deployment, 4);
      opened.await();
      time.advance(Duration.ofSeconds(30));
      ask(deployment, 1, 5);
      closed.await();
      assertThat(states).containsExactly(State.OPEN, State.CLOSED);
    }
  }

  @Test
  void aShadowSeesNoFallback() {
    plus.assign(CHALLENGER, plus.v1);
    try (Deployment deployment = builder().shadow(CHALLENGER).fallbackTo(DEFAULT).start()) {
      ask(deployment, FAILS, 0.25f);
      assertThat(deployment.shadow().orElseThrow().rows()).isZero();
      assertThat(events).doesNotContain("SHADOW");
    }
  }

  /** Calls that are stuck in a listener are in flight. */
  @Test
  void lessImportantCallsAreRejectedFirst() throws Exception {
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean stuck = new AtomicBoolean(true);
    try (Deployment deployment =
            builder()
                .shedding(LoadShedding.above(4).withShare(Priority.NORMAL, 0.75))
                .fallbackTo(DEFAULT)
                .listener(
                    event -> {
                      if (event.error() == null && stuck.get()) {
                        inside.countDown();
                        InParallel.await(go);
                      }
                    })
                .start();
        FeatureBatch good = batch(1)) {
      List<CompletableFuture<Integer>> calls = new ArrayList<>();
      try {
        for (int i = 0; i < 2; i++) {
          calls.add(deployment.predictAsync(good, CallOptions.withDefaults(), Prediction::rows));
        }
        inside.await();
        assertThat(deployment.status().protection().running()).isEqualTo(2);
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        CallOptions low = CallOptions.withDefaults().withPriority(Priority.LOW);
        assertThatThrownBy(() -> deployment.predict(good, low))
            .isInstanceOf(OverloadedException.class)
            .hasMessage(
                "plus@champion: found 3 calls in flight, expected at most 2 for a call of priority"
                    + " LOW; try again after a pause, or raise the limit of shedding(...)");
        assertThatThrownBy(() -> rows.predict(new Term(1), low))
            .isInstanceOf(OverloadedException.class);
        stuck.set(false);
        ask(deployment, 1, 5); // the third call
        stuck.set(true);
        calls.add(deployment.predictAsync(good, CallOptions.withDefaults(), Prediction::rows));
        assertThat(rows.predictAsync(new Term(1), CallOptions.withDefaults()))
            .failsWithin(10, TimeUnit.SECONDS)
            .withThrowableThat()
            .withCauseInstanceOf(OverloadedException.class);
        CallOptions high = CallOptions.withDefaults().withPriority(Priority.HIGH);
        calls.add(deployment.predictAsync(good, high, Prediction::rows));
        assertThat(deployment.predictAsync(good, high, Prediction::rows))
            .failsWithin(10, TimeUnit.SECONDS)
            .withThrowableThat()
            .withCauseInstanceOf(OverloadedException.class);
      } finally {
        go.countDown(); // closing waits for the calls
      }
      for (CompletableFuture<Integer> call : calls) {
        assertThat(call.get()).isEqualTo(1);
      }
      ProtectionStatus status = deployment.status().protection();
      assertThat(status.running()).isZero();
      assertThat(status.rejected())
          .isEqualTo(Map.of(Priority.LOW, 2L, Priority.NORMAL, 1L, Priority.HIGH, 1L));
      assertThat(events).filteredOn("PRIMARY OverloadedException"::equals).hasSize(4);
      assertThat(status.answeredByDefault()).isZero();
    }
  }

  /** The limit holds at every moment, and no place is lost. */
  @Test
  void theLimitIsNeverExceeded() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Deployment deployment =
        builder()
            .shedding(LoadShedding.above(3).withShare(Priority.NORMAL, 1))
            .listener(
                event -> {
                  if (event.error() == null) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    inside.decrementAndGet();
                  }
                })
            .start()) {
      InParallel.Work<Integer> caller =
          () -> {
            int rejected = 0;
            try (FeatureBatch good = batch(1)) {
              for (int i = 0; i < 100; i++) {
                try (Prediction answer = deployment.predict(good)) {
                  assertThat(answer.floats("y")[0]).isEqualTo(5);
                } catch (OverloadedException e) {
                  rejected++;
                }
              }
            }
            return rejected;
          };
      List<Integer> rejected =
          InParallel.call(caller, caller, caller, caller, caller, caller, caller, caller);
      assertThat(most.get()).isLessThanOrEqualTo(3);
      assertThat(deployment.status().protection().rejected().get(Priority.NORMAL))
          .isEqualTo(rejected.stream().mapToLong(Integer::longValue).sum());
      assertThat(deployment.status().protection().running()).isZero();
    }
  }

  /** Every call is answered, while versions are swapped and their breakers open and close. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyCallIsAnsweredWhileVersionsComeAndGo(boolean batching) throws Exception {
    plus.assign(CHAMPION, plus.v1);
    DeploymentBuilder built = builder();
    built
        .circuitBreaker(BREAKER.withPause(Duration.ofNanos(1)))
        .fallbackToPrevious()
        .fallbackTo(DEFAULT);
    built.nanos = System::nanoTime;
    if (batching) {
      built.microBatching(MicroBatching.upTo(8));
    }
    try (Deployment deployment = built.start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      AtomicBoolean done = new AtomicBoolean();
      CountDownLatch asked = new CountDownLatch(100); // callers may get no processor for long
      InParallel.Work<Integer> swaps =
          () -> {
            try {
              for (int i = 0; i < 8 || (i < 1_000 && asked.getCount() > 0); i++) {
                plus.assign(CHAMPION, i % 2 == 0 ? picky : i % 3 == 0 ? plus.v1 : other);
                deployment.refresh();
              }
            } finally {
              done.set(true);
            }
            return 0;
          };
      InParallel.Work<Integer> batches =
          () -> {
            int calls = 0;
            try (FeatureBatch good = batch(1, 2);
                FeatureBatch bad = batch(2, FAILS)) {
              for (; !done.get(); calls++) {
                FeatureBatch batch = calls % 2 == 0 ? good : bad;
                float x = calls % 2 == 0 ? 1 : 2;
                float y =
                    calls % 3 == 0
                        ? deployment
                            .predictAsync(batch, CallOptions.withDefaults(), p -> consistent(p, x))
                            .get()
                        : consistentAndClosed(deployment.predict(batch), x);
                assertThat(y).isNotNaN();
                asked.countDown();
              }
            }
            return calls;
          };
      InParallel.Work<Integer> records =
          () -> {
            int calls = 0;
            for (; !done.get(); calls++) {
              float x = calls % 2 == 0 ? 3 : FAILS;
              Sum sum =
                  calls % 3 == 0
                      ? rows.predictAsync(new Term(x), CallOptions.withDefaults()).get()
                      : rows.predict(new Term(x));
              check(sum.by(), x, sum.y());
              asked.countDown();
            }
            return calls;
          };
      List<Integer> calls = InParallel.call(swaps, batches, records, records);
      assertThat(calls.stream().mapToInt(count -> count).sum()).isGreaterThanOrEqualTo(100);
      assertThat(deployment.status().protection().running()).isZero();
    }
  }

  private static float consistentAndClosed(Prediction answer, float x) {
    try (answer) {
      return consistent(answer, x);
    }
  }

  private static float consistent(Prediction answer, float x) {
    float y = answer.floats("y")[0];
    check(answer.servedBy(), x, y);
    return y;
  }

  /** The value is that of the version that is named. */
  private static void check(ServedBy by, float x, float y) {
    assertThat(y).isEqualTo(by.version().map(version -> x + version.number()).orElse(0.25f));
  }
}
