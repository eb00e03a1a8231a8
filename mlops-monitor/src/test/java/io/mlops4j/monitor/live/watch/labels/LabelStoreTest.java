package io.mlops4j.monitor.live.watch.labels;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.performance.LabelCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelStoreTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long T0 = 1_000_000_000_000L;
  private static final short[] NO_GROUPS = {};

  private final Joined joined = new Joined();
  private final LabelStore store = new LabelStore(2 * HOUR, 3, 2, 1, 0, joined);

  /** What becomes of predictions, as text: version, score and label. */
  private static final class Joined implements LabelStore.Outcomes {
    final List<String> rows = new ArrayList<>();
    final List<Integer> gaveUp = new ArrayList<>();

    @Override
    public void labelled(
        int version, long at, double[] values, short[] groups, double label, long delay) {
      rows.add("v" + version + " " + values[0] + " " + label + " after " + delay);
    }

    @Override
    public void gaveUp(int version, long at) {
      gaveUp.add(version);
    }
  }

  private void predicted(String key, double score, int version, long at) {
    store.predicted(LabelKey.of(key), new double[] {score}, NO_GROUPS, version, at);
  }

  private void labelled(String key, double label, long at) {
    store.labelled(LabelKey.of(key), label, at);
  }

  /** Received, labelled, waiting, unlabelled, early, repeated, unknown, expired. */
  private void counts(long... expected) {
    LabelCounts c = store.counts(0, 0);
    assertThat(
            new long[] {
              c.received(),
              c.labelled(),
              c.waiting(),
              c.unlabelled(),
              c.early(),
              c.repeated(),
              c.unknown(),
              c.expired()
            })
        .containsExactly(expected);
  }

  @Test
  void aLabelFindsThePredictionThatWaits() {
    predicted("a", 0.7, 1, T0);
    labelled("a", 1, T0 + 60);
    assertThat(joined.rows).containsExactly("v1 0.7 1.0 after 60");
    counts(1, 1, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aPredictionFindsTheLabelThatCameFirst() {
    labelled("a", 1, T0);
    counts(1, 0, 0, 0, 1, 0, 0, 0);
    predicted("a", 0.7, 1, T0 + 60);
    assertThat(joined.rows).containsExactly("v1 0.7 1.0 after 0");
    counts(1, 1, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aLabelCountsForEveryVersionThatAnsweredTheRowBeforeOrAfter() {
    predicted("a", 0.7, 1, T0);
    predicted("a", 0.5, 2, T0);
    labelled("a", 1, T0);
    predicted("a", 0.6, 3, T0);
    assertThat(joined.rows)
        .containsExactlyInAnyOrder(
            "v1 0.7 1.0 after 0", "v2 0.5 1.0 after 0", "v3 0.6 1.0 after 0");
    counts(1, 3, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void theFirstLabelOfARowCountsAndLaterOnesAreRepeated() {
    predicted("a", 0.7, 1, T0);
    labelled("a", 1, T0);
    labelled("a", 0, T0);
    labelled("b", 0, T0);
    labelled("b", 1, T0); // repeated before its prediction came
    predicted("b", 0.2, 1, T0);
    labelled("b", 1, T0);
    assertThat(joined.rows).containsExactly("v1 0.7 1.0 after 0", "v1 0.2 0.0 after 0");
    counts(5, 2, 0, 0, 0, 3, 0, 0);
  }

  @Test
  void aPredictionIsGivenUpAfterTheDelayAndItsLateLabelIsExpired() {
    predicted("a", 0.7, 1, T0);
    predicted("b", 0.7, 2, T0 + 2 * HOUR);
    counts(0, 0, 2, 0, 0, 0, 0, 0);
    store.expire(T0 + 2 * HOUR + 1);
    assertThat(joined.gaveUp).containsExactly(1);
    labelled("a", 1, T0 + 2 * HOUR + 1);
    counts(1, 0, 1, 1, 0, 0, 0, 1);
    labelled("a", 1, T0 + 4 * HOUR + 1); // the key is forgotten after twice the delay
    counts(2, 0, 0, 2, 1, 0, 0, 1);
    assertThat(joined.rows).isEmpty();
  }

  @Test
  void aLabelWhosePredictionDoesNotComeInTimeIsUnknown() {
    labelled("a", 1, T0);
    store.expire(T0 + 2 * HOUR);
    counts(1, 0, 0, 0, 1, 0, 0, 0);
    predicted("a", 0.7, 1, T0 + 2 * HOUR + 1);
    counts(1, 0, 1, 0, 0, 0, 1, 0);
  }

  @Test
  void theOldestLeavesWhenTheStoreIsFull() {
    for (String key : new String[] {"a", "b", "c", "d"}) {
      predicted(key, 0.5, 1, T0);
    }
    counts(0, 0, 3, 1, 0, 0, 0, 0);
    labelled("d", 1, T0);
    labelled("a", 1, T0);
    counts(2, 1, 2, 1, 1, 0, 0, 0);
  }

  @Test
  void labelsWithoutAPredictionRemoveNoPrediction() {
    for (String key : new String[] {"a", "b", "c"}) {
      predicted(key, 0.5, 1, T0);
    }
    for (int i = 0; i < 1_000; i++) {
      labelled("nobody " + i, 1, T0);
    }
    for (String key : new String[] {"a", "b", "c"}) {
      labelled(key, 1, T0);
    }
    counts(1_003, 3, 0, 0, 2, 0, 998, 0);
  }

  @Test
  void aKeyThatIsUsedAgainAfterItsTimeIsANewRow() {
    predicted("a", 0.7, 1, T0);
    predicted("a", 0.6, 1, T0 + 3 * HOUR);
    labelled("a", 1, T0 + 3 * HOUR);
    assertThat(joined.rows).containsExactly("v1 0.6 1.0 after 0");
    counts(1, 1, 0, 1, 0, 0, 0, 0);
  }

  @Test
  void everythingEndsWhenTheClockGoesFarBack() {
    predicted("a", 0.7, 1, T0);
    labelled("b", 0.7, T0);
    store.expireAll();
    labelled("a", 1, T0 - 24 * HOUR);
    counts(2, 0, 0, 1, 1, 0, 1, 0);
  }

  /** One key for all rows must not make the store slow: a search per row would take minutes. */
  @Test
  void aKeyThatAllRowsShareIsFast() {
    LabelStore large = new LabelStore(2 * HOUR, 200_000, 10, 1, 0, joined);
    double[] score = {0.5};
    LabelKey same = LabelKey.of("same");
    for (int i = 0; i < 400_000; i++) {
      large.predicted(same, score, NO_GROUPS, 1, T0);
    }
    large.labelled(same, 1, T0);
    assertThat(large.counts(0, 0).labelled()).isEqualTo(200_000);
    for (int i = 0; i < 200_000; i++) {
      large.labelled(same, 0, T0);
    }
    assertThat(large.counts(0, 0).repeated()).isEqualTo(200_000);
  }

  @Test
  void aRowTakesAThirdOfTheBytesThatAnEntryOfAMapTook() {
    LabelStore large = new LabelStore(2 * HOUR, 1_000_000, 10, 1, 0, joined);
    for (int i = 0; i < 300_000; i++) {
      large.predicted(LabelKey.of("flight " + i), new double[] {0.5}, NO_GROUPS, 1, T0);
    }
    assertThat(large.bytes() / 300_000.0).isBetween(41.0, 52.0);
    large.expire(T0 + 5 * HOUR);
    assertThat(large.bytes()).isLessThan(2_000_000);
  }
}
