package io.mlops4j.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Digest ONE = Digest.sha256(new byte[] {1});
  private static final Digest TWO = Digest.sha256(new byte[] {2});
  private static final ModelVersion V1 = new ModelVersion("m", 1, ONE);
  private static final ModelVersion V2 = new ModelVersion("m", 2, TWO);
  private static final ModelCard CARD = ModelCard.builder("m").build();
  private static final Trial TRIAL = Trial.of(V2, CARD, Instant.EPOCH).against(V1, CARD);
  private static final List<Evidence> A = List.of(new Evidence("a", 1, 2, "a is 1"));
  private static final List<Evidence> B = List.of(new Evidence("b", 3, Double.NaN, "b is 3"));

  private final Gate passes = trial -> new Verdict.Pass(A);
  private final Gate waits = trial -> new Verdict.Inconclusive(A);
  private final Gate fails = trial -> new Verdict.Fail(B);

  @Test
  void bothGatesMustPass() {
    assertThat(passes.and(passes).judge(TRIAL)).isInstanceOf(Verdict.Pass.class);
    assertThat(passes.and(waits).judge(TRIAL)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(waits.and(passes).judge(TRIAL)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(waits.and(waits).judge(TRIAL)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(passes.and(fails).judge(TRIAL)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void aFailureOutweighsWhatIsNotKnownYet() {
    assertThat(waits.and(fails).judge(TRIAL)).isInstanceOf(Verdict.Fail.class);
    assertThat(fails.and(waits).judge(TRIAL)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void evidenceOfBothIsKeptInOrder() {
    assertThat(fails.and(passes).judge(TRIAL).evidence())
        .extracting(Evidence::name)
        .containsExactly("b", "a");
    assertThat(fails.and(passes).judge(TRIAL)).hasToString("fail: b is 3; a is 1");
  }

  @Test
  void aVerdictWithoutEvidenceIsRefused() {
    assertThatThrownBy(() -> new Verdict.Pass(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("evidence: found none, expected at least one entry");
    assertThatThrownBy(() -> new Verdict.Fail(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Verdict.Inconclusive(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aVerdictDoesNotChangeWithItsList() {
    List<Evidence> mutable = new ArrayList<>(A);
    Verdict verdict = new Verdict.Pass(mutable);
    mutable.clear();
    assertThat(verdict.evidence()).isEqualTo(A);
  }

  @Test
  void aTrialKnowsItsSides() {
    ServedBy candidate = ServedBy.of("m", TWO, V2, null, "engine");
    ServedBy baseline = ServedBy.of("m", ONE, V1, null, "engine");
    assertThat(TRIAL.isCandidate(candidate)).isTrue();
    assertThat(TRIAL.isBaseline(candidate)).isFalse();
    assertThat(TRIAL.isBaseline(baseline)).isTrue();
    assertThat(TRIAL.isCandidate(baseline)).isFalse();
    assertThat(TRIAL).hasToString("m:2 against m:1 since 1970-01-01T00:00:00Z");
  }

  @Test
  void versionsOfTheSameBytesAreToldApart() {
    ModelVersion sameBytes = new ModelVersion("m", 3, TWO);
    Trial trial = Trial.of(V2, CARD, Instant.EPOCH).against(sameBytes, CARD);
    ServedBy third = ServedBy.of("m", TWO, sameBytes, null, "engine");
    assertThat(trial.isCandidate(third)).isFalse();
    assertThat(trial.isBaseline(third)).isTrue();
  }

  @Test
  void anUnpublishedCandidateIsKnownByItsDigest() {
    Trial trained = Trial.of(CARD, TWO, Instant.EPOCH);
    assertThat(trained.isCandidate(ServedBy.of("m.onnx", TWO, null, null, "engine"))).isTrue();
    assertThat(trained.isCandidate(ServedBy.of("m.onnx", ONE, null, null, "engine"))).isFalse();
    assertThat(trained.isBaseline(ServedBy.of("m.onnx", ONE, null, null, "engine"))).isFalse();
    assertThat(trained.candidateVersion()).isEmpty();
    assertThat(trained.baseline()).isEmpty();
    assertThat(trained.baselineCard()).isEmpty();
  }
}
