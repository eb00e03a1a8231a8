package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LabelStoreTest {
  private static final Instant T0 = Instant.parse("2001-02-01T00:00:00Z");

  private final LabelStore store = new LabelStore(Duration.ofHours(2), 3);
  private final VersionTrack one = Events.track(1, false);
  private final VersionTrack two = Events.track(2, true);

  @Test
  void aLabelFindsThePredictionThatWaits() {
    store.predicted("a", 0.7, one, T0);
    store.labelled("a", 1, T0.plusSeconds(60));
    assertThat(one.performance().labelled()).isEqualTo(1);
    assertThat(store.labelled()).isEqualTo(1);
    assertThat(store.unmatched()).isZero();
  }

  @Test
  void aPredictionFindsTheLabelThatCameFirst() {
    store.labelled("a", 1, T0);
    store.predicted("a", 0.7, one, T0.plusSeconds(60));
    assertThat(one.performance().labelled()).isEqualTo(1);
  }

  @Test
  void aLabelCountsForEveryVersionThatAnsweredTheRow() {
    store.predicted("a", 0.7, one, T0);
    store.labelled("a", 1, T0);
    store.predicted("a", 0.6, two, T0);
    assertThat(one.performance().labelled()).isEqualTo(1);
    assertThat(two.performance().labelled()).isEqualTo(1);
  }

  @Test
  void aSecondLabelForARowIsCountedAndChangesNothing() {
    store.predicted("a", 0.7, one, T0);
    store.labelled("a", 1, T0);
    store.labelled("a", 0, T0);
    assertThat(one.performance().labelled()).isEqualTo(1);
    assertThat(store.unmatched()).isEqualTo(1);
  }

  @Test
  void aPredictionIsGivenUpAfterTheDelayAndNotBefore() {
    store.predicted("a", 0.7, one, T0);
    store.predicted("b", 0.7, one, T0.plus(Duration.ofHours(2)));
    assertThat(store.unlabelled()).isZero();
    store.predicted("c", 0.7, one, T0.plus(Duration.ofHours(2)).plusMillis(1));
    assertThat(store.unlabelled()).isEqualTo(1);
    store.labelled("a", 1, T0.plus(Duration.ofHours(2)).plusMillis(1));
    assertThat(one.performance().labelled()).isZero();
  }

  @Test
  void aLabelWhosePredictionNeverComesIsCounted() {
    store.labelled("a", 1, T0);
    store.labelled("b", 1, T0.plus(Duration.ofHours(3)));
    assertThat(store.unmatched()).isEqualTo(1);
  }

  @Test
  void theOldestLeavesWhenTheStoreIsFull() {
    for (String key : new String[] {"a", "b", "c", "d"}) {
      store.predicted(key, 0.5, one, T0);
    }
    assertThat(store.unlabelled()).isEqualTo(1);
    store.labelled("d", 1, T0);
    assertThat(one.performance().labelled()).isEqualTo(1);
  }

  @Test
  void aLabelForARowOfAFullStoreMakesNoOtherRowLeave() {
    for (String key : new String[] {"a", "b", "c"}) {
      store.predicted(key, 0.5, one, T0);
    }
    for (String key : new String[] {"a", "b", "c"}) {
      store.labelled(key, 1, T0);
    }
    assertThat(one.performance().labelled()).isEqualTo(3);
    assertThat(store.unlabelled()).isZero();
    assertThat(store.unmatched()).isZero();
  }
}
