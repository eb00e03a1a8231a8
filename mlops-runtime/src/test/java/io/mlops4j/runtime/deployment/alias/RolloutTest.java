package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The state of a rollout is in the registry. */
class RolloutTest {
  private static final Change ANA = Change.by("ana").because("better on May");
  private static final Change SERVICE = Change.by("service");
  private static final Evidence ERRORS =
      new Evidence("error_rate", 0.001, 0.01, "0.10 % of 12000 calls failed");
  private static final Verdict PASS = new Verdict.Pass(List.of(ERRORS));
  private static final Verdict FAIL =
      new Verdict.Fail(List.of(new Evidence("drift", Double.NaN, 0.1, "distance drifted")));
  private static final Verdict OPEN =
      new Verdict.Inconclusive(List.of(new Evidence("rows", 12, 500, "12 rows are too few")));
  private static final RolloutPlan PLAN =
      RolloutPlan.of(0.05, 0.5).withEvery(Duration.ofMinutes(1)).withPatience(Duration.ofHours(1));

  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private DeploymentFixture plus;
  private Rollout rollout;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v1);
    rollout = Rollout.of(plus.registry, CHAMPION, time);
  }

  @AfterEach
  void close() {
    plus.close();
  }

  private RolloutStatus state() {
    try (ModelRegistry again = FileModelRegistry.open(folder.resolve("registry"))) {
      return Rollout.of(again, CHAMPION).status().orElseThrow();
    }
  }

  @Test
  void passesLeadToThePromotion() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    assertThat(first.share()).isEqualTo(0.05);
    assertThat(first.baseline()).isEqualTo(plus.v1);

    RolloutStatus second = rollout.judged(first, PASS, SERVICE);
    assertThat(second.step()).isEqualTo(2);
    assertThat(second.share()).isEqualTo(0.5);
    assertThat(second.evidence()).containsExactly(ERRORS);
    assertThat(state()).isEqualTo(second);

    RolloutStatus end = rollout.judged(second, PASS, SERVICE);
    assertThat(end.state()).isEqualTo(State.PROMOTED);
    assertThat(end.share()).isZero();
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
    assertThat(plus.registry.history(CHAMPION).get(1).change().reason())
        .contains("0.10 % of 12000 calls failed");
    assertThat(plus.registry.history(rollout.alias()).stream().map(AliasRecord::change))
        .extracting(change -> change.reason().lines().findFirst().orElseThrow())
        .containsExactly(
            "better on May",
            "pass: 0.10 % of 12000 calls failed",
            "pass: 0.10 % of 12000 calls failed", // decided
            "pass: 0.10 % of 12000 calls failed"); // and done
    assertThat(state()).isEqualTo(end);
  }

  @Test
  void aPromotionWhileAProcessStartsIsSeenBeforeItsFirstCall() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.5), ANA);
    AtomicBoolean promoted = new AtomicBoolean();
    ModelRegistry moves =
        plus.registryThat(
            "head",
            CHAMPION,
            answer -> {
              if (promoted.compareAndSet(false, true)) {
                rollout.judged(first, PASS, SERVICE);
              }
              return answer;
            });
    try (Deployment deployment = plus.champion(moves).rollouts(trial -> OPEN).start()) {
      assertThat(state().state()).isEqualTo(State.PROMOTED);
      assertThat(deployment.servedBy().version()).hasValue(plus.v2);
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.canary()).isEmpty();
    }
  }

  @Test
  void aFailureEndsItAndTheAliasStays() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);

    RolloutStatus end = rollout.judged(first, FAIL, SERVICE);

    assertThat(end.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(end.evidence()).isEqualTo(FAIL.evidence());
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v1);
    assertThat(state()).isEqualTo(end);
    assertThat(rollout.judged(first, PASS, SERVICE)).isEqualTo(end);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rollout.judged(end, PASS, SERVICE))
        .withMessageContaining("rolled back")
        .withMessageContaining("an open rollout");
    assertThat(rollout.start(plus.v3, PLAN, ANA).isOpen()).isTrue();
  }

  @Test
  void inconclusiveVerdictsWaitUntilThePatienceEnds() {
    rollout.start(plus.v2, PLAN, ANA);
    long records = plus.registry.history(rollout.alias()).size();
    RolloutStatus now = rollout.status().orElseThrow();
    time.advance(Duration.between(time.instant(), now.since()).plus(Duration.ofMinutes(59)));

    assertThat(rollout.judged(now, OPEN, SERVICE)).isEqualTo(now);
    assertThat(plus.registry.history(rollout.alias())).hasSize((int) records);

    time.advance(Duration.ofMinutes(1));
    assertThat(rollout.judged(now, OPEN, SERVICE).state()).isEqualTo(State.ROLLED_BACK);
  }

  @Test
  void aPlanMayDemandAnApproval() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1).withApproval(), ANA);
    assertThatThrownBy(() -> rollout.approve(first, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("running");

    RolloutStatus passed = rollout.judged(first, PASS, SERVICE);
    assertThat(passed.state()).isEqualTo(State.AWAITING_APPROVAL);
    time.advance(Duration.between(time.instant(), passed.since()).plus(Duration.ofDays(2)));
    assertThat(rollout.judged(passed, PASS, SERVICE)).isEqualTo(passed);
    assertThat(rollout.judged(passed, OPEN, SERVICE)).isEqualTo(passed);
    assertThat(rollout.approve(passed, Change.by("maria")).state()).isEqualTo(State.PROMOTED);
    assertThat(plus.registry.history(CHAMPION).get(1).change().actor()).isEqualTo("maria");
  }

  @Test
  void anAliasHasOneRolloutAtATime() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);

    assertThatThrownBy(() -> rollout.start(plus.v3, PLAN, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("plus:2")
        .hasMessageContaining("abort it first");
    assertThat(rollout.abort(first, ANA).state()).isEqualTo(State.ABORTED);
    assertThat(rollout.start(plus.v3, PLAN, ANA).candidate()).isEqualTo(plus.v3);
  }

  @Test
  void ofTwoProcessesOneTakesAStep() throws Exception {
    for (int round = 0; round < 20; round++) {
      RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(0.1, 0.2, 0.3, 0.4), ANA);
      InParallel.Work<Boolean> judge =
          () -> {
            try {
              return rollout.judged(first, PASS, SERVICE).step() == 2;
            } catch (RegistryException e) { // the other was faster by less
              return false;
            }
          };
      assertThat(InParallel.call(judge, judge)).contains(true);
      assertThat(rollout.status().orElseThrow().step()).isEqualTo(2);
      rollout.abort(first, ANA);
    }
  }

  @Test
  void aJudgementOfAnEarlierRolloutEndsNoOther() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    rollout.abort(first, ANA);
    RolloutStatus other = rollout.start(plus.v3, PLAN, ANA);

    assertThat(rollout.judged(first, FAIL, SERVICE)).isEqualTo(other);
    assertThat(state()).isEqualTo(other);
  }

  @Test
  void aRolloutThatWasNeverStartedIsNotJudged() {
    RolloutStatus foreign = rollout.start(plus.v2, PLAN, ANA);
    Rollout none = Rollout.of(plus.registry, "plus@other", time);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> none.judged(foreign, PASS, SERVICE))
        .withMessageContaining(CHAMPION)
        .withMessageContaining("plus@other");
  }

  @Test
  void aCrashBeforeTheLastRecordIsRepaired() {
    rollout.start(plus.v2, PLAN, ANA);
    assertThat(rollout.reconcile(SERVICE)).isEmpty();
    plus.assign(CHAMPION, plus.v2); // and here the process ended

    assertThat(rollout.reconcile(SERVICE).orElseThrow().state()).isEqualTo(State.PROMOTED);
    assertThat(rollout.reconcile(SERVICE)).isEmpty();
  }

  @Test
  void anotherVersionBehindTheAliasAbortsIt() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    plus.assign(CHAMPION, plus.v3);

    RolloutStatus end = rollout.judged(first, PASS, SERVICE);

    assertThat(end.state()).isEqualTo(State.ABORTED);
    assertThat(end.change().reason()).contains("points to plus:3");
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v3);
  }

  @Test
  void whatCannotStartIsRefused() {
    assertThatThrownBy(() -> rollout.start(plus.v1, PLAN, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("serves already");
    assertThatThrownBy(() -> Rollout.of(plus.registry, "plus@nobody").start(plus.v2, PLAN, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("assign it first");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rollout.of(plus.registry, "plus"))
        .withMessageContaining("plus@champion");
    assertThatIllegalArgumentException().isThrownBy(() -> RolloutPlan.of());
    assertThatIllegalArgumentException().isThrownBy(() -> RolloutPlan.of(0.5, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> RolloutPlan.of(0, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> RolloutPlan.of(0.5, 1.01));
    assertThatIllegalArgumentException().isThrownBy(() -> RolloutPlan.of(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> PLAN.withEvery(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PLAN.withPatience(ChronoUnit.FOREVER.getDuration()))
        .withMessageContaining("365000 days");
  }

  @Test
  void aReasonOfSeveralLinesBecomesOneLine() {
    rollout.start(plus.v2, PLAN, ANA.because("better on May\r\nsee ticket 12\n"));

    assertThat(state().change().reason()).isEqualTo("better on May see ticket 12");
  }

  @Test
  void aRecordThatNoRolloutWroteIsNamed() {
    plus.assign(rollout.alias(), plus.v2);

    assertThatThrownBy(rollout::status)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("record 1 by ana")
        .hasMessageContaining("no rollout wrote");
  }

  @Test
  void anAliasRemovedByHandIsNoRollout() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    plus.registry.unassign(rollout.alias(), ANA);

    assertThat(rollout.status()).isEmpty();
    assertThatThrownBy(() -> rollout.abort(first, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found no rollout, expected plus:2");
    assertThat(rollout.start(plus.v2, PLAN, ANA).isOpen()).isTrue();
  }

  /** A registry in which something happens after the first call of a method for an alias. */
  private ModelRegistry meddled(String called, String alias, Runnable meddle) {
    AtomicBoolean done = new AtomicBoolean();
    return plus.registryThat(
        called,
        alias,
        answer -> {
          if (done.compareAndSet(false, true)) {
            meddle.run();
          }
          return answer;
        });
  }

  @Test
  void aRolloutThatStartsMeanwhileStays() {
    rollout.abort(rollout.start(plus.v3, PLAN, ANA), ANA);
    ModelRegistry meddled =
        meddled("head", rollout.alias(), () -> rollout.start(plus.v3, PLAN, ANA));

    assertThatThrownBy(() -> Rollout.of(meddled, CHAMPION).start(plus.v2, PLAN, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found an open rollout, plus:3");
    assertThat(state().candidate()).isEqualTo(plus.v3);
    assertThat(state().isOpen()).isTrue();
  }

  /** Serving processes end a rollout as soon as they see that the alias points to its candidate. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPromotionThatAnotherProcessRecordsFirstIsNoFailure(boolean approved) {
    RolloutPlan plan = approved ? RolloutPlan.of(1).withApproval() : RolloutPlan.of(1);
    RolloutStatus first = rollout.start(plus.v2, plan, ANA);
    RolloutStatus last = approved ? rollout.judged(first, PASS, SERVICE) : first;
    ModelRegistry meddled = meddled("assign", CHAMPION, () -> rollout.reconcile(SERVICE));
    Rollout own = Rollout.of(meddled, CHAMPION, time);

    RolloutStatus end = approved ? own.approve(last, ANA) : own.judged(last, PASS, ANA);

    assertThat(end.state()).isEqualTo(State.PROMOTED);
    assertThat(end).isEqualTo(state());
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
  }

  /** A rollout whose steps have passed, and that is replaced by one of the same version. */
  private RolloutStatus replaced() {
    RolloutPlan plan = RolloutPlan.of(1).withApproval();
    RolloutStatus seen = rollout.judged(rollout.start(plus.v2, plan, ANA), PASS, SERVICE);
    rollout.abort(seen, ANA);
    rollout.judged(rollout.start(plus.v2, plan, ANA), PASS, SERVICE);
    return seen;
  }

  @Test
  void anApprovalIsForTheStateThatWasSeen() {
    RolloutStatus seen = replaced();
    RolloutStatus other = state();

    assertThatThrownBy(() -> rollout.approve(seen, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found " + other + ", expected " + seen)
        .hasMessageContaining("decide again");
    assertThat(state()).isEqualTo(other);
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v1);
  }

  /** Somebody who saw an earlier step has not seen the evidence of the later ones. */
  @Test
  void aStepThatWasSeenIsNoApprovalOfLaterOnes() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1).withApproval(), ANA);
    RolloutStatus passed = rollout.judged(first, PASS, SERVICE);

    assertThatThrownBy(() -> rollout.approve(first, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("awaiting approval");
    assertThat(state()).isEqualTo(passed);
  }

  @Test
  void anAbortEndsTheRolloutThatWasSeenAtWhicheverStepItIs() {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    assertThat(rollout.judged(first, PASS, SERVICE).step()).isEqualTo(2);

    RolloutStatus end = rollout.abort(first, ANA);

    assertThat(end.state()).isEqualTo(State.ABORTED);
    assertThat(end.step()).isEqualTo(2);
    assertThat(state()).isEqualTo(end);
  }

  @Test
  void anAbortOfAnEarlierRolloutEndsNoOther() {
    RolloutStatus seen = replaced();
    RolloutStatus other = state();

    assertThatThrownBy(() -> rollout.abort(seen, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found " + other + ", expected " + seen);
    assertThat(state()).isEqualTo(other);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRolloutThatIsReplacedMeanwhileIsNeitherApprovedNorAborted(boolean approved) {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1).withApproval(), ANA);
    RolloutStatus seen = rollout.judged(first, PASS, SERVICE);
    Runnable replace =
        () -> {
          rollout.abort(seen, ANA);
          rollout.start(plus.v3, PLAN, ANA);
        };
    ModelRegistry meddled = meddled("head", rollout.alias(), replace);
    Rollout own = Rollout.of(meddled, CHAMPION, time);

    assertThatThrownBy(() -> act(own, seen, approved)).isInstanceOf(RegistryException.class);
    assertThat(state().candidate()).isEqualTo(plus.v3);
    assertThat(state().isOpen()).isTrue();
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v1);
  }

  private static RolloutStatus act(Rollout rollout, RolloutStatus seen, boolean approved) {
    return approved ? rollout.approve(seen, ANA) : rollout.abort(seen, ANA);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatHasEndedOrIsOfAnotherAliasIsNeitherApprovedNorAborted(boolean approved) {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    RolloutStatus end = rollout.judged(first, FAIL, SERVICE);

    for (RolloutStatus seen : List.of(first, end)) {
      assertThatThrownBy(() -> act(rollout, seen, approved))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("found plus:2")
          .hasMessageContaining("rolled back");
    }
    assertThat(state()).isEqualTo(end);
    Rollout other = Rollout.of(plus.registry, "plus@other", time);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> act(other, first, approved))
        .withMessageContaining("expected a rollout of plus@other");
  }

  /** The alias was assigned, by hand or by a process that then ended. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAbortOfWhatServesAlreadyIsRefused(boolean promoted) {
    RolloutStatus first = rollout.start(plus.v2, PLAN, ANA);
    plus.assign(CHAMPION, promoted ? plus.v2 : plus.v3);

    if (promoted) {
      assertThatThrownBy(() -> rollout.abort(first, ANA))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("promoted")
          .hasMessageContaining("assign plus:1");
      assertThat(state().state()).isEqualTo(State.PROMOTED);
    } else {
      assertThat(rollout.abort(first, ANA).change().reason()).contains("points to plus:3");
    }
  }

  @Test
  void anApprovalOfWhatNoLongerServesIsRefused() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1).withApproval(), ANA);
    RolloutStatus passed = rollout.judged(first, PASS, SERVICE);
    plus.assign(CHAMPION, plus.v3);

    assertThatThrownBy(() -> rollout.approve(passed, ANA))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("points to plus:3");
    assertThat(state().state()).isEqualTo(State.ABORTED);
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRolloutThatEndsBeforeTheDecisionIsNeverPromoted(boolean aborted) {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    Runnable ends =
        () -> {
          if (aborted) {
            rollout.abort(first, ANA);
          } else {
            rollout.judged(first, FAIL, SERVICE);
          }
        };
    Rollout own = Rollout.of(meddled("head", CHAMPION, ends), CHAMPION, time);

    assertThatThrownBy(() -> own.judged(first, PASS, SERVICE))
        .isInstanceOf(RegistryException.class);

    assertThat(state().state()).isEqualTo(aborted ? State.ABORTED : State.ROLLED_BACK);
    assertThat(plus.registry.history(CHAMPION)).as("no call met the candidate").hasSize(1);
  }

  @Test
  void aDecidedPromotionIsNeitherAbortedNorJudged() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    Runnable late =
        () -> {
          RolloutStatus decided = state();
          assertThat(decided.state()).isEqualTo(State.PROMOTING);
          assertThat(decided.share()).isEqualTo(1);
          assertThatThrownBy(() -> rollout.abort(first, ANA))
              .isInstanceOf(RegistryException.class)
              .hasMessageContaining("promoted")
              .hasMessageContaining("assign plus:1");
          assertThat(rollout.judged(first, FAIL, SERVICE).state()).isEqualTo(State.PROMOTED);
        };
    Rollout own = Rollout.of(meddled("assign", rollout.alias(), late), CHAMPION, time);

    assertThat(own.judged(first, PASS, ANA).state()).isEqualTo(State.PROMOTED);

    assertThat(state().state()).isEqualTo(State.PROMOTED);
    assertThat(state().change()).isEqualTo(ANA.because("better on May: " + PASS));
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
    assertThat(plus.registry.history(CHAMPION)).hasSize(2);
  }

  /** Decides a promotion in a process that ends after an assignment of an alias. */
  private void killedAfterAssigning(String alias) {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    plus.killedAfterAssigning(
        alias, ends -> Rollout.of(ends, CHAMPION, time).judged(first, PASS, ANA));
    assertThat(state().state()).isEqualTo(State.PROMOTING);
  }

  private enum Finisher {
    RECONCILE,
    JUDGE,
    APPROVE,
    ABORT
  }

  @ParameterizedTest
  @EnumSource(Finisher.class)
  void theNextProcessFinishesAPromotion(Finisher by) {
    killedAfterAssigning(rollout.alias());
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v1);
    RolloutStatus decided = state();

    switch (by) {
      case RECONCILE ->
          assertThat(rollout.reconcile(SERVICE).orElseThrow().state()).isEqualTo(State.PROMOTED);
      case JUDGE ->
          assertThat(rollout.judged(decided, FAIL, SERVICE).state()).isEqualTo(State.PROMOTED);
      case APPROVE ->
          assertThat(rollout.approve(decided, SERVICE).state()).isEqualTo(State.PROMOTED);
      case ABORT ->
          assertThatThrownBy(() -> rollout.abort(decided, SERVICE))
              .isInstanceOf(RegistryException.class)
              .hasMessageContaining("promoted");
    }

    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
    assertThat(state().state()).isEqualTo(State.PROMOTED);
    assertThat(state().change().actor()).as("who decided").isEqualTo("ana");
    assertThat(plus.registry.history(CHAMPION).get(1).change().actor()).isEqualTo("ana");
  }

  /** The alias was moved, and somebody has moved it back before the rollout was looked at again. */
  @Test
  void aPromotionThatWasTakenBackByHandIsNotRepeated() {
    killedAfterAssigning(CHAMPION);
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
    plus.assign(CHAMPION, plus.v1);

    RolloutStatus end = rollout.reconcile(SERVICE).orElseThrow();

    assertThat(end.state()).isEqualTo(State.ABORTED);
    assertThat(end.change().reason()).contains("points to plus:1");
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v1);
  }

  @Test
  void anAssignmentAfterTheDecisionIsNotUndone() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    int[] reads = {0};
    ModelRegistry meddled =
        plus.registryThat(
            "head",
            CHAMPION,
            now -> {
              if (++reads[0] == 3) { // between the decision and the move
                plus.assign(CHAMPION, plus.v3);
              }
              return now;
            });

    RolloutStatus end = Rollout.of(meddled, CHAMPION, time).judged(first, PASS, SERVICE);

    assertThat(end.state()).isEqualTo(State.ABORTED);
    assertThat(end.change().reason()).contains("points to plus:3");
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v3);
  }

  @Test
  void ofManyProcessesThatFinishAPromotionOneMovesTheAlias() throws Exception {
    for (int round = 0; round < 20; round++) {
      plus.assign(CHAMPION, plus.v1);
      killedAfterAssigning(rollout.alias());
      int before = plus.registry.history(CHAMPION).size();
      InParallel.Work<State> finish =
          () -> rollout.reconcile(SERVICE).map(RolloutStatus::state).orElse(State.PROMOTED);

      assertThat(InParallel.call(finish, finish, finish)).containsOnly(State.PROMOTED);

      assertThat(plus.registry.history(CHAMPION)).hasSize(before + 1);
      assertThat(state().state()).isEqualTo(State.PROMOTED);
    }
  }

  @Test
  void anAssignmentDuringAPromotionIsNotUndone() {
    RolloutStatus first = rollout.start(plus.v2, RolloutPlan.of(1), ANA);
    ModelRegistry meddled = meddled("head", CHAMPION, () -> plus.assign(CHAMPION, plus.v3));

    assertThatThrownBy(() -> Rollout.of(meddled, CHAMPION, time).judged(first, PASS, SERVICE))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("another version behind the alias");
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v3);
  }
}
