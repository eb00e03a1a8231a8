package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.rollout.Evidence;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PerformanceWatchTest {
  private static final long SEED = 42;

  /**
   * Labels drawn so that the score ranks them with an AUC of about 0.5 + strength / 3: the score is
   * uniform and the label's probability is 0.5 + strength * (score - 0.5).
   */
  private static VersionTrack track(int number, int rows, double strength) {
    VersionTrack track = Events.track(number, false);
    Random random = new Random(SEED + number);
    for (int i = 0; i < rows; i++) {
      double score = random.nextDouble();
      double probability = 0.5 + strength * (score - 0.5);
      track.labelled(score, random.nextDouble() < probability ? 1 : 0);
    }
    return track;
  }

  @Test
  void anInvertedModelIsHeldAgainstTheBestOfTheEarlierOnes() {
    List<VersionTrack> earlier = List.of(track(1, 5000, 0.5), track(2, 5000, 1.0));
    Evidence evidence =
        new PerformanceWatch(Double.NaN).judge(track(3, 1000, -1.0), earlier, 1e-4).orElseThrow();
    assertThat(evidence.name()).isEqualTo("roc_auc");
    assertThat(evidence.measured()).isBetween(0.13, 0.20);
    assertThat(evidence.bound()).isBetween(0.76, 0.80);
    assertThat(evidence.text()).contains("an earlier version reached");
  }

  @Test
  void anEqualModelPasses() {
    assertThat(
            new PerformanceWatch(Double.NaN)
                .judge(track(2, 5000, 1.0), List.of(track(1, 5000, 1.0)), 0.05))
        .isEmpty();
  }

  @Test
  void aSmallLossPassesHoweverSignificantItIs() {
    assertThat(
            new PerformanceWatch(Double.NaN)
                .judge(track(2, 10_000, 0.9), List.of(track(1, 10_000, 1.0)), 0.05))
        .isEmpty();
  }

  @Test
  void aLargeLossOnFewRowsPassesAsChanceExplainsIt() {
    VersionTrack few = Events.track(2, false);
    few.labelled(0.9, 0);
    few.labelled(0.1, 1);
    few.labelled(0.2, 0);
    few.labelled(0.8, 1);
    assertThat(new PerformanceWatch(Double.NaN).judge(few, List.of(track(1, 5000, 1.0)), 1e-4))
        .isEmpty();
  }

  @Test
  void theFirstVersionIsHeldAgainstNothingUnlessAMinimumIsStated() {
    VersionTrack inverted = track(1, 1000, -1.0);
    assertThat(new PerformanceWatch(Double.NaN).judge(inverted, List.of(), 1e-4)).isEmpty();
    assertThat(new PerformanceWatch(0.5).judge(inverted, List.of(), 1e-4))
        .hasValueSatisfying(e -> assertThat(e.text()).contains("the stated minimum"));
  }

  @Test
  void labelsOfOneClassAreNoEvidence() {
    VersionTrack oneClass = Events.track(1, false);
    for (int i = 0; i < 100; i++) {
      oneClass.labelled(i / 100.0, 0);
    }
    assertThat(new PerformanceWatch(0.9).judge(oneClass, List.of(), 0.05)).isEmpty();
  }
}
