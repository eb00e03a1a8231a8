package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHALLENGER;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Trial;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.CallComparison;
import io.mlops4j.runtime.deployment.CanaryStatus;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Sum;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Term;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate answers a share of the calls. */
class CanaryTest {
  private static final Change ANA = Change.by("ana");

  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private final Queue<Route> routes = new ConcurrentLinkedQueue<>();
  private DeploymentFixture plus;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void close() {
    plus.close();
  }

  private DeploymentBuilder builder() {
    DeploymentBuilder builder = new DeploymentBuilder(plus.loader, CHAMPION, time);
    builder.timer = time;
    builder
        .from(plus.registry)
        .actor("service")
        .every(Duration.ofDays(1))
        .listener((InferenceEvent event) -> routes.add(event.route()));
    return builder;
  }

  private int version(Deployment deployment, CallOptions options) {
    try (FeatureBatch batch = FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build();
        Prediction answer = deployment.predict(batch, options)) {
      int number = answer.servedBy().version().orElseThrow().number();
      assertThat(answer.floats("y")[0]).isEqualTo(number);
      return number;
    }
  }

  private int version(Deployment deployment) {
    return version(deployment, CallOptions.withDefaults());
  }

  private Set<Integer> keysOfTheCandidate(Deployment deployment) {
    Set<Integer> keys = new HashSet<>();
    for (int key = 0; key < 2000; key++) {
      if (version(deployment, CallOptions.withDefaults().withKey("passenger-" + key)) == 2) {
        keys.add(key);
      }
    }
    return keys;
  }

  @Test
  void aShareOfTheKeysGoesToTheCandidateAndStaysThere() {
    plus.assign(CHALLENGER, plus.v2);
    Set<Integer> few;
    try (Deployment deployment = builder().canary(CHALLENGER, 0.1).start()) {
      few = keysOfTheCandidate(deployment);
      assertThat(keysOfTheCandidate(deployment)).isEqualTo(few);
    }
    // five standard errors of a share of 2000
    assertThat(few.size() / 2000.0).isCloseTo(0.1, within(0.034));
    try (Deployment deployment = builder().canary(CHALLENGER, 0.4).start()) {
      Set<Integer> more = keysOfTheCandidate(deployment);
      assertThat(more).containsAll(few);
      assertThat(more.size() / 2000.0).isCloseTo(0.4, within(0.055));
    }
  }

  @Test
  void callsWithoutAKeyAreChosenAtRandom() {
    plus.assign(CHALLENGER, plus.v2);
    try (Deployment deployment = builder().canary(CHALLENGER, 0.3).start()) {
      int candidate = 0;
      for (int i = 0; i < 2000; i++) {
        candidate += version(deployment) == 2 ? 1 : 0;
      }
      // six standard errors
      assertThat(candidate / 2000.0).isCloseTo(0.3, within(0.062));
      assertThat(routes.stream().filter(route -> route == Route.CANARY).count())
          .isEqualTo(candidate);
    }
  }

  @Test
  void aCallMayChoose() {
    plus.assign(CHALLENGER, plus.v2);
    try (Deployment deployment = builder().canary(CHALLENGER, 0).start()) {
      assertThat(version(deployment)).isEqualTo(1);
      assertThat(version(deployment, CallOptions.withDefaults().withRoute(Route.CANARY)))
          .isEqualTo(2);
    }
    try (Deployment deployment = builder().canary(CHALLENGER, 1).start()) {
      assertThat(version(deployment)).isEqualTo(2);
      assertThat(version(deployment, CallOptions.withDefaults().withRoute(Route.PRIMARY)))
          .isEqualTo(1);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CallOptions.withDefaults().withRoute(Route.SHADOW));
  }

  @Test
  void withoutACandidateTheChampionAnswersAll() {
    try (Deployment deployment = builder().canary(CHALLENGER, 1).start()) {
      assertThat(deployment.canary()).isEmpty();
      assertThat(version(deployment)).isEqualTo(1);

      plus.assign(CHALLENGER, plus.publish("other_input", DeploymentFixture.card().build()));
      deployment.refresh();
      CanaryStatus refused = deployment.canary().orElseThrow();
      assertThat(refused.refused()).isPresent();
      assertThat(refused.serving()).isEmpty();
      assertThat(version(deployment)).isEqualTo(1);

      plus.assign(CHALLENGER, plus.v2);
      deployment.refresh();
      assertThat(version(deployment)).isEqualTo(2);

      plus.registry.unassign(CHALLENGER, ANA);
      deployment.refresh();
      assertThat(deployment.canary()).isEmpty();
      assertThat(version(deployment)).isEqualTo(1);
    }
  }

  @Test
  void theCallsOfCandidateAndChampionAreCompared() {
    plus.assign(CHALLENGER, plus.v2);
    try (Deployment deployment = builder().canary(CHALLENGER, 0.5).start()) {
      CallComparison none = deployment.canary().orElseThrow().calls().orElseThrow();
      assertThat(none.baseline().calls() + none.candidate().calls()).isZero();
      assertThat(none.candidate().times()).isEmpty();
      assertThat(none.errorIncrease().value()).isNaN();
      assertThat(none.toString()).contains("failed calls unknown").doesNotContain("NaN");

      int candidate = 0;
      for (int i = 0; i < 40; i++) {
        candidate += version(deployment) == 2 ? 1 : 0;
      }
      CallOptions late = CallOptions.withDefaults().withDeadline(Duration.ofNanos(1));
      int failed = 0;
      int more = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (more < 20 || (failed == 0 && System.nanoTime() < end)) { // the timer may be busy
        more++;
        try {
          version(deployment, late.withRoute(Route.CANARY));
        } catch (DeadlineException e) {
          failed++;
        }
      }
      CallComparison calls = deployment.canary().orElseThrow().calls().orElseThrow();
      assertThat(calls.baseline().servedBy().version()).contains(plus.v1);
      assertThat(calls.candidate().servedBy().version()).contains(plus.v2);
      assertThat(calls.baseline().calls()).isEqualTo(40 - candidate);
      assertThat(calls.baseline().failed()).isZero();
      assertThat(calls.candidate().calls()).isEqualTo(candidate + more);
      assertThat(calls.candidate().failed()).isEqualTo(failed).isPositive();
      assertThat(calls.candidate().errorRate()).isEqualTo((double) failed / (candidate + more));
      assertThat(calls.candidate().times().orElseThrow().p50()).isPositive();
      assertThat(calls.errorIncrease().value()).isEqualTo(calls.candidate().errorRate());
      assertThat(calls.errorIncrease().low()).isLessThan(calls.errorIncrease().value());
      assertThat(calls.toString())
          .contains(
              "plus:1: 0 of ",
              "plus:2: " + failed + " of ",
              "failed calls +",
              "95th percentile ",
              "p = ");

      plus.assign(CHALLENGER, plus.v3);
      deployment.refresh();
      version(deployment);
      CallComparison anew = deployment.canary().orElseThrow().calls().orElseThrow();
      assertThat(anew.candidate().servedBy().version()).contains(plus.v3);
      assertThat(anew.baseline().calls() + anew.candidate().calls()).isEqualTo(1);
    }
  }

  @Test
  void recordsAreRoutedToo() {
    plus.assign(CHALLENGER, plus.v2);
    try (Deployment deployment = builder().canary(CHALLENGER, 0.5).start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      Set<Integer> versions = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        Sum sum = rows.predict(new Term(i));
        sum.isConsistent(i);
        versions.add(sum.by().version().orElseThrow().number());
      }
      assertThat(versions).containsExactlyInAnyOrder(1, 2);
    }
  }

  @Test
  void aShareOutsideIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> builder().canary(CHALLENGER, 1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> builder().canary(CHALLENGER, Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> builder().canary("plus", 0.1));
    assertThatIllegalStateException()
        .isThrownBy(() -> builder().canary(CHALLENGER, 0.1).rollouts(trial -> pass()).start());
  }

  private static Verdict inconclusive() {
    return new Verdict.Inconclusive(List.of(new Evidence("rows", 12, 500, "too few rows")));
  }

  private static Verdict pass() {
    return new Verdict.Pass(List.of(new Evidence("errors", 0, 0.1, "no call failed")));
  }

  private static Verdict fail() {
    return new Verdict.Fail(List.of(new Evidence("errors", 0.5, 0.1, "half of the calls failed")));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Moves the clock past the end of a step, and judges it. */
  private RolloutStatus judge(Deployment deployment, Rollout rollout) {
    RolloutStatus before = rollout.status().orElseThrow();
    if (time.instant().isBefore(before.since())) {
      time.advance(Duration.between(time.instant(), before.since()));
    }
    time.advance(Duration.ofMinutes(11));
    judgeOnce(deployment);
    deployment.refresh();
    RolloutStatus after = rollout.status().orElseThrow();
    assertThat(after).isNotEqualTo(before);
    return after;
  }

  @Test
  void aRolloutIsServedJudgedAndPromoted() {
    List<Trial> trials = new ArrayList<>();
    Gate gate =
        trial -> {
          trials.add(trial);
          return pass();
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(gate).start()) {
      assertThat(version(deployment)).isEqualTo(1);
      rollout.start(plus.v2, RolloutPlan.of(0.5, 1), ANA);
      deployment.refresh();
      assertThat(deployment.canary().orElseThrow().share()).isEqualTo(0.5);

      RolloutStatus second = judge(deployment, rollout);
      assertThat(second.step()).isEqualTo(2);
      assertThat(version(deployment)).isEqualTo(2);
      assertThat(deployment.servedBy().version()).contains(plus.v1);
      assertThat(trials.get(0).candidateVersion()).contains(plus.v2);
      assertThat(trials.get(0).baseline()).contains(plus.v1);

      assertThat(judge(deployment, rollout).state()).isEqualTo(State.PROMOTED);
      deployment.refresh();
      assertThat(deployment.servedBy().version()).contains(plus.v2);
      assertThat(deployment.canary()).isEmpty();
      assertThat(version(deployment)).isEqualTo(2);
    }
  }

  @Test
  void aPromotionWhoseProcessEndedIsFinished() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (AliasDeployment deployment =
        (AliasDeployment) builder().rollouts(trial -> pass()).start()) {
      RolloutStatus last = rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
      plus.killedAfterAssigning(
          rollout.alias(), ends -> Rollout.of(ends, CHAMPION).judged(last, pass(), ANA));
      deployment.refresh();
      assertThat(deployment.servedBy().version()).contains(plus.v1);
      assertThat(deployment.canary().orElseThrow().share()).isEqualTo(0.5);

      judgeOnce(deployment); // and long before the end of the step

      assertThat(rollout.status().orElseThrow().state()).isEqualTo(State.PROMOTED);
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      assertThat(version(deployment)).isEqualTo(2);
    }
  }

  @Test
  void aRolloutThatFailsLeavesTheChampion() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(trial -> fail()).start()) {
      rollout.start(plus.v2, RolloutPlan.of(1), ANA);
      deployment.refresh();
      assertThat(version(deployment)).isEqualTo(2);

      assertThat(judge(deployment, rollout).state()).isEqualTo(State.ROLLED_BACK);
      assertThat(version(deployment)).isEqualTo(1);
    }
  }

  /** Its share of the calls still reaches it. */
  @Test
  void aCandidateThatFailsWhileItWaitsForItsApprovalIsRolledBack() {
    AtomicReference<Verdict> verdict = new AtomicReference<>(pass());
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(trial -> verdict.get()).start()) {
      rollout.start(plus.v2, RolloutPlan.of(1).withApproval(), ANA);
      deployment.refresh();
      assertThat(judge(deployment, rollout).state()).isEqualTo(State.AWAITING_APPROVAL);
      assertThat(version(deployment)).isEqualTo(2);

      verdict.set(fail());
      RolloutStatus end = judge(deployment, rollout);

      assertThat(end.state()).isEqualTo(State.ROLLED_BACK);
      assertThat(end.evidence()).isEqualTo(fail().evidence());
      assertThat(version(deployment)).isEqualTo(1);
    }
  }

  @Test
  void aRestartGoesOnAtTheSameStep() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    rollout.judged(rollout.start(plus.v2, RolloutPlan.of(0.2, 1), ANA), pass(), ANA);
    try (Deployment deployment = builder().rollouts(trial -> pass()).start()) {
      assertThat(version(deployment)).isEqualTo(2);
      assertThat(deployment.canary().orElseThrow().rollout().orElseThrow().step()).isEqualTo(2);
    }
  }

  @Test
  void aCandidateThatHangsDelaysARestartForAShortTimeOnly() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    CountDownLatch loads = new CountDownLatch(1);
    AtomicReference<TroubledRegistry> troubled = new AtomicReference<>();
    troubled.set(
        new TroubledRegistry(
            plus.registryThat(
                "head",
                rollout.alias(),
                head -> { // read when the champion serves
                  troubled.get().hang("source", loads);
                  return head;
                })));
    Deployment.Builder restarts =
        builder()
            .from(troubled.get().view())
            .registryTimeout(Duration.ofMillis(100))
            .rollouts(trial -> pass());
    try (Deployment deployment =
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> restarts.start())) {
      assertThat(version(deployment)).isEqualTo(1);
      loads.countDown();
      deployment.refresh();
      assertThat(version(deployment)).isEqualTo(2);
    } finally {
      loads.countDown();
    }
  }

  @Test
  void aCandidateThatIsRefusedFailsTheRollout() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(trial -> pass()).start()) {
      rollout.start(
          plus.publish(
              "plus2", DeploymentFixture.card().goldenRows(DeploymentFixture.golden(7)).build()),
          RolloutPlan.of(1),
          ANA);
      deployment.refresh();
      assertThat(version(deployment)).isEqualTo(1);
      ((AliasDeployment) deployment).tick();
      await(() -> rollout.status().orElseThrow().state() == State.ROLLED_BACK);
    }
  }

  /** Starts a rollout whose candidate the deployment refuses. */
  private void startRefused(Rollout rollout, Deployment deployment) {
    ModelVersion bad =
        plus.publish(
            "plus2", DeploymentFixture.card().goldenRows(DeploymentFixture.golden(7)).build());
    rollout.start(bad, RolloutPlan.of(1), ANA);
    deployment.refresh();
    assertThat(deployment.canary().orElseThrow().refused()).isPresent();
  }

  @Test
  void aRefusalOfAnEarlierCandidateDoesNotFailTheNextRollout() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    TroubledRegistry registry = new TroubledRegistry(plus.registry);
    CountDownLatch loads = new CountDownLatch(1);
    try (AliasDeployment deployment =
        (AliasDeployment) builder().from(registry.view()).rollouts(trial -> pass()).start()) {
      startRefused(rollout, deployment);

      // Another process ends this rollout, and the next begins before this one looks again.
      rollout.abort(rollout.status().orElseThrow(), ANA);
      rollout.start(plus.v2, RolloutPlan.of(1), ANA);
      registry.hang("source", loads);
      await(
          () -> {
            deployment.tick();
            return deployment
                .canary()
                .flatMap(CanaryStatus::rollout)
                .map(RolloutStatus::candidate)
                .equals(Optional.of(plus.v2));
          });
      judgeOnce(deployment);

      assertThat(rollout.status().orElseThrow().isOpen()).isTrue();
      loads.countDown();
      deployment.refresh();
      assertThat(version(deployment)).isEqualTo(2);
    } finally {
      loads.countDown();
    }
  }

  @Test
  void aRefusalThatIsJudgedLateDoesNotFailTheNextRollout() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (AliasDeployment deployment =
        (AliasDeployment) builder().rollouts(trial -> pass()).start()) {
      startRefused(rollout, deployment);

      rollout.abort(rollout.status().orElseThrow(), ANA);
      RolloutStatus next = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
      judgeOnce(deployment); // before it has read the alias again

      assertThat(rollout.status()).contains(next);
    }
  }

  @Test
  void eachOfTwoProcessesJudgesAStepButOnlyOneCounts() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.1, 0.2, 0.5), ANA);
    time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(11)));
    try (AliasDeployment one = (AliasDeployment) builder().rollouts(trial -> pass()).start();
        AliasDeployment other = (AliasDeployment) builder().rollouts(trial -> pass()).start()) {
      judgeOnce(one);
      assertThat(rollout.status().orElseThrow().step()).isEqualTo(2);

      judgeOnce(other); // still sees the first step, which is due
      assertThat(rollout.status().orElseThrow().step()).isEqualTo(2);
      other.refresh();
      assertThat(other.canary().orElseThrow().rollout()).isEqualTo(rollout.status());
    }
  }

  @Test
  void aRecordThatNoRolloutWroteFailsNoCall() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(trial -> pass()).start()) {
      plus.assign(rollout.alias(), plus.v2);
      deployment.refresh();

      assertThat(version(deployment)).isEqualTo(1);
      CanaryStatus status = deployment.canary().orElseThrow();
      assertThat(status.share()).isZero();
      assertThat(status.rollout()).isEmpty();
    }
  }

  @Test
  void aTickJudgesOnAnotherThread() {
    AtomicReference<Thread> judge = new AtomicReference<>();
    Gate gate =
        trial -> {
          judge.set(Thread.currentThread());
          return pass();
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(gate).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5, 1), ANA);
      deployment.refresh();
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(11)));
      await(
          () -> {
            ((AliasDeployment) deployment).tick();
            return rollout.status().orElseThrow().step() == 2;
          });
      assertThat(judge.get()).isNotSameAs(Thread.currentThread());
    }
  }

  /** Judges on this thread. */
  private static void judgeOnce(Deployment deployment) {
    Objects.requireNonNull(((AliasDeployment) deployment).judge()).judgeOnce();
  }

  @Test
  void aGateThatThrewIsAskedAgainAfterASecond() {
    AtomicInteger judgements = new AtomicInteger();
    Gate gate =
        trial -> {
          if (judgements.incrementAndGet() <= 2) {
            throw new IllegalStateException("the database of the gate is away");
          }
          return pass();
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(gate).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5, 1), ANA);
      deployment.refresh();
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(11)));
      judgeOnce(deployment);
      judgeOnce(deployment);
      assertThat(judgements).hasValue(1);
      time.advance(Duration.ofSeconds(1));
      judgeOnce(deployment);
      assertThat(judgements).hasValue(2);
      time.advance(Duration.ofSeconds(2));
      judgeOnce(deployment);
      assertThat(judgements).hasValue(3);
      assertThat(rollout.status().orElseThrow().step()).isEqualTo(2);
    }
  }

  @Test
  void aGateThatAlwaysThrowsEndsWithThePatience() {
    Gate gate =
        trial -> {
          throw new IllegalStateException("the gate is broken");
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(gate).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
      deployment.refresh();
      RolloutStatus end = rolledBackWithThePatience(deployment, rollout, first);
      assertThat(end.evidence().get(0).text()).contains("the gate is broken");
    }
  }

  @Test
  void aCandidateThatHangsWhileItIsTriedEndsWithThePatience() {
    ModelVersion endless =
        plus.registry.publish(
            card().build(), Path.of("src/test/resources/io/mlops4j/runtime/models/endless.onnx"));
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    CompletableFuture<?> refresh;
    try (Deployment deployment =
        builder().trialTimeout(Duration.ofDays(365_000)).rollouts(trial -> pass()).start()) {
      RolloutStatus first =
          rollout.start(endless, RolloutPlan.of(0.5).withPatience(Duration.ofMinutes(15)), ANA);
      refresh = CompletableFuture.runAsync(deployment::refresh);
      await(() -> deployment.canary().isPresent());
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(14)));
      judgeOnce(deployment);
      assertThat(rollout.status()).hasValue(first);
      time.advance(Duration.ofMinutes(1));
      judgeOnce(deployment);
      RolloutStatus end = rollout.status().orElseThrow();
      assertThat(end.state()).isEqualTo(State.ROLLED_BACK);
      assertThat(end.evidence().get(0).text()).contains("still being loaded or tested");
    }
    assertThat(refresh).succeedsWithin(Duration.ofSeconds(30));
  }

  @Test
  void thePatienceEndsBetweenTwoJudgements() {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(trial -> inconclusive()).start()) {
      RolloutStatus first =
          rollout.start(
              plus.v2,
              RolloutPlan.of(0.5)
                  .withEvery(Duration.ofSeconds(50))
                  .withPatience(Duration.ofSeconds(60)),
              ANA);
      deployment.refresh();
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofSeconds(50)));
      judgeOnce(deployment);
      assertThat(rollout.status()).hasValue(first);
      time.advance(Duration.ofSeconds(10));
      judgeOnce(deployment);
      assertThat(rollout.status().orElseThrow().state()).isEqualTo(State.ROLLED_BACK);
    }
  }

  @Test
  void aPauseAfterFailuresDoesNotOutlastThePatience() {
    AtomicBoolean away = new AtomicBoolean(true);
    Gate gate =
        trial -> {
          if (away.get()) {
            throw new RegistryException("the registry is away", null);
          }
          return inconclusive();
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().rollouts(gate).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
      deployment.refresh();
      Duration untilTheEnd =
          Duration.between(time.instant(), first.since()).plus(first.plan().patience());
      time.advance(untilTheEnd.minusSeconds(10 + 5 * 29));
      judgeOnce(deployment);
      for (int failures = 1; failures < 6; failures++) {
        time.advance(Duration.ofSeconds(29));
        judgeOnce(deployment);
      }
      away.set(false);
      time.advance(Duration.ofSeconds(9));
      judgeOnce(deployment);
      assertThat(rollout.status()).as("in the pause of 30 s").hasValue(first);
      time.advance(Duration.ofSeconds(1));
      judgeOnce(deployment);
      assertThat(rollout.status().orElseThrow().state()).isEqualTo(State.ROLLED_BACK);
    }
  }

  private RolloutStatus rolledBackWithThePatience(
      Deployment deployment, Rollout rollout, RolloutStatus first) {
    time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofHours(23)));
    judgeOnce(deployment);
    assertThat(rollout.status().orElseThrow()).isEqualTo(first);
    time.advance(Duration.ofHours(2));
    judgeOnce(deployment);
    RolloutStatus end = rollout.status().orElseThrow();
    assertThat(end.state()).isEqualTo(State.ROLLED_BACK);
    return end;
  }

  @Thorough("a day of retries")
  @Test
  void aCandidateThatIsNeverLoadedEndsWithThePatience() {
    TroubledRegistry troubled = new TroubledRegistry(plus.registry);
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment =
        builder().from(troubled.view()).rollouts(trial -> pass()).start()) {
      troubled.fail("source", new RegistryException("its bytes are away", null));
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
      deployment.refresh();
      assertThat(deployment.canary().orElseThrow().waiting()).isPresent();
      RolloutStatus end = rolledBackWithThePatience(deployment, rollout, first);
      assertThat(end.evidence().get(0).text()).startsWith("the candidate does not serve yet: ");
    }
  }

  @Test
  void aVerdictThatCouldNotBeRecordedIsRecordedSoonAfterTheOutage() {
    TroubledRegistry troubled = new TroubledRegistry(plus.registry);
    AtomicInteger judgements = new AtomicInteger();
    Gate gate =
        trial -> {
          judgements.incrementAndGet();
          return pass();
        };
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment = builder().from(troubled.view()).rollouts(gate).start()) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5, 1), ANA);
      deployment.refresh();
      time.advance(Duration.between(time.instant(), first.since()).plus(Duration.ofMinutes(11)));
      troubled.fail("assign", new RegistryException("the database is away", null));
      judgeOnce(deployment);
      assertThat(judgements).hasValue(1);
      assertThat(rollout.status().orElseThrow()).isEqualTo(first);

      troubled.recover();
      judgeOnce(deployment);
      assertThat(judgements).hasValue(1);
      time.advance(Duration.ofSeconds(1));
      judgeOnce(deployment);
      assertThat(rollout.status().orElseThrow().step()).isEqualTo(2);
      judgeOnce(deployment);
      assertThat(judgements).hasValue(2);
    }
  }

  @Test
  void inAnOutageTheRegistryIsReadLessAndLessOften() {
    TroubledRegistry troubled = new TroubledRegistry(plus.registry);
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    try (Deployment deployment =
        builder().from(troubled.view()).rollouts(trial -> pass()).start()) {
      rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();
      troubled.fail("head", new RegistryException("the database is away", null));
      int before = troubled.calls("head");
      for (int second = 0; second < 60; second++) {
        judgeOnce(deployment);
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(troubled.calls("head") - before).isEqualTo(6); // after 0, 1, 3, 7, 15, 31 s

      troubled.recover();
      time.advance(Duration.ofSeconds(1));
      judgeOnce(deployment);
      assertThat(rollout.status().orElseThrow().state()).isEqualTo(State.ABORTED);
    }
  }

  @Test
  void noCallFailsWhileRolloutsComeAndGo() throws Exception {
    Rollout rollout = Rollout.of(plus.registry, CHAMPION);
    AtomicBoolean done = new AtomicBoolean();
    try (Deployment deployment = builder().rollouts(trial -> pass()).start()) {
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      InParallel.Work<Integer> caller =
          () -> {
            int calls = 0;
            while (!done.get()) {
              rows.predict(new Term(calls)).isConsistent(calls);
              version(deployment, CallOptions.withDefaults().withKey("k" + calls++));
            }
            return calls;
          };
      InParallel.Work<Integer> rollouts =
          () -> {
            try {
              return rollOut(deployment, rollout);
            } finally {
              done.set(true);
            }
          };
      assertThat(InParallel.call(caller, caller, rollouts)).doesNotContain(0);
    }
  }

  private int rollOut(Deployment deployment, Rollout rollout) {
    for (int round = 0; round < 20; round++) {
      RolloutStatus started =
          rollout.start(round % 2 == 0 ? plus.v2 : plus.v3, RolloutPlan.of(0.5), ANA);
      deployment.refresh();
      if (round % 3 == 0) {
        rollout.abort(started, ANA);
      } else {
        rollout.judged(started, pass(), ANA);
      }
      deployment.refresh();
      plus.assign(CHAMPION, plus.v1);
      deployment.refresh();
    }
    return 20;
  }
}
