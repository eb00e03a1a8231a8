package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.rollout.Evidence;
import java.time.Instant;
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
      track.due(500, Instant.EPOCH);
    }
    return track;
  }

  @Test
  void anInvertedModelIsHeldAgainstTheBestOfTheEarlierOnes() {
    List<VersionTrack> earlier = List.of(track(1, 5000, 0.5), track(2, 5000, 1.0));
    Evidence evidence =
        new PerformanceWatch(Double.NaN)
            .judge(track(3, 1000, -1.0), earlier, 1e-4)
            .orElseThrow()
            .evidence();
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
    few.due(4, Instant.EPOCH);
    assertThat(new PerformanceWatch(Double.NaN).judge(few, List.of(track(1, 5000, 1.0)), 1e-4))
        .isEmpty();
  }

  @Test
  void blocksThatDifferByThemselvesMakeALossUncertain() {
    VersionTrack steady = Events.track(1, false);
    VersionTrack unsteady = Events.track(2, false);
    VersionTrack worse = Events.track(3, false);
    for (int block = 0; block < 6; block++) {
      block(steady, 0.70 + (block % 2 == 0 ? 0.004 : -0.004));
      block(unsteady, 0.70 + (block % 2 == 0 ? 0.1 : -0.1));
    }
    block(worse, 0.60);
    // By hand: s = 0.1 sqrt(6/5) = 0.1095, t = 0.1 / (s sqrt(1/6 + 1)) = 0.845 with 5 degrees of
    // freedom, where 3.365 is the 1 % point. Steady blocks leave the sampling error: as every
    // negative
    // is at 0.5, DeLong's variance is 0.6 * 0.4 / 499 = 0.0219^2, so t = 0.1 / 0.0219 = 4.6.
    PerformanceWatch watch = new PerformanceWatch(Double.NaN);
    assertThat(watch.judge(worse, List.of(unsteady), 0.01)).isEmpty();
    assertThat(watch.judge(worse, List.of(steady), 0.01))
        .hasValueSatisfying(e -> assertThat(e.evidence().text()).contains("t = 4.6"));
  }

  /**
   * A block of 1000 labels with exactly this AUC: 500 negatives at 0.5, positives above or below.
   */
  private static void block(VersionTrack track, double auc) {
    long above = Math.round(500 * auc);
    for (int i = 0; i < 500; i++) {
      track.labelled(0.5, 0);
      track.labelled(i < above ? 0.9 : 0.1, 1);
    }
    track.due(1_000, Instant.EPOCH);
  }

  @Test
  void aVersionOfFewerThanFiveBlocksIsNoStandard() {
    assertThat(
            new PerformanceWatch(Double.NaN)
                .judge(track(2, 1_000, -1.0), List.of(track(1, 2_499, 1.0)), 1e-4))
        .isEmpty();
  }

  @Test
  void theFirstVersionIsHeldAgainstNothingUnlessAMinimumIsStated() {
    VersionTrack inverted = track(1, 1000, -1.0);
    assertThat(new PerformanceWatch(Double.NaN).judge(inverted, List.of(), 1e-4)).isEmpty();
    assertThat(new PerformanceWatch(0.5).judge(inverted, List.of(), 1e-4))
        .hasValueSatisfying(e -> assertThat(e.evidence().text()).contains("the stated minimum"));
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
