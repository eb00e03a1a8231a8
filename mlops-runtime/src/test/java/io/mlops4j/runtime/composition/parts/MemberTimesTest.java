package io.mlops4j.runtime.composition.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.runtime.composition.parts.MemberTimes.Way;
import org.junit.jupiter.api.Test;

class MemberTimesTest {
  private static final long MUCH = 10 * MemberTimes.PAYS;

  private final MemberTimes times = new MemberTimes();

  private void add(int count, int rows, Way way, long all, long others) {
    for (int i = 0; i < count; i++) {
      times.add(rows, way, all, others);
    }
  }

  @Test
  void theFirstCallsAreMeasured() {
    assertThat(times.choose(32, false)).isEqualTo(Way.IN_TURN);
    add(1, 32, Way.IN_TURN, 2_000, 1_000);
    assertThat(times.choose(32, false)).isEqualTo(Way.UNMEASURED);
    assertThat(times.choose(32, true)).isEqualTo(Way.IN_TURN);
  }

  @Test
  void oneSlowCallIsNoReason() {
    add(1, 32, Way.IN_TURN, 6 * MemberTimes.PAYS, 3 * MemberTimes.PAYS);
    assertThat(times.choose(32, false)).isEqualTo(Way.UNMEASURED);
    add(1, 32, Way.IN_TURN, 6 * MemberTimes.PAYS, 3 * MemberTimes.PAYS);
    // 3 * (1/4 + 3/16) = 1.3 of what is worth a try
    assertThat(times.choose(32, false)).isEqualTo(Way.SIDE_BY_SIDE);
  }

  @Test
  void theFasterWayIsChosenAndTheOtherTriedAgain() {
    add(40, 1, Way.IN_TURN, 2 * MUCH, MUCH);
    add(40, 1, Way.SIDE_BY_SIDE, 3 * MUCH / 2, MUCH);
    assertThat(times.choose(1, false)).isEqualTo(Way.SIDE_BY_SIDE);
    assertThat(times.choose(1, true)).isEqualTo(Way.IN_TURN);

    add(40, 1, Way.SIDE_BY_SIDE, 3 * MUCH, MUCH); // all processors are busy now
    assertThat(times.choose(1, false)).isEqualTo(Way.IN_TURN);
    assertThat(times.choose(1, true)).isEqualTo(Way.SIDE_BY_SIDE);
  }

  @Test
  void timesAreThoseOfBatchesOfSimilarSize() {
    add(20, 5_000, Way.IN_TURN, 2 * MUCH, MUCH);
    add(20, 32, Way.IN_TURN, 2_000, 1_000);
    add(20, 0, Way.IN_TURN, 0, 0);
    assertThat(times.choose(5_000, false)).isEqualTo(Way.SIDE_BY_SIDE);
    assertThat(times.choose(8_191, false)).isEqualTo(Way.SIDE_BY_SIDE);
    assertThat(times.choose(8_192, false)).isEqualTo(Way.IN_TURN);
    assertThat(times.choose(32, false)).isEqualTo(Way.UNMEASURED);
    assertThat(times.choose(0, false)).isEqualTo(Way.UNMEASURED);
    assertThat(times.choose(Integer.MAX_VALUE, false)).isEqualTo(Way.IN_TURN);
  }

  @Test
  void membersThatBecameFastRunInTurnAgain() {
    add(20, 1, Way.IN_TURN, 2 * MUCH, MUCH);
    add(40, 1, Way.SIDE_BY_SIDE, 20_000, 10_000);
    assertThat(times.choose(1, false)).isEqualTo(Way.UNMEASURED);
  }
}
