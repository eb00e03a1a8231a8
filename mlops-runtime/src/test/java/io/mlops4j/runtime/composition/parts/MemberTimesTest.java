package io.mlops4j.runtime.composition.parts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemberTimesTest {
  private final MemberTimes times = new MemberTimes();

  @Test
  void nothingIsKnownAtFirst() {
    assertThat(times.pays(32)).isFalse();
    assertThat(times.measures(32)).isTrue();
  }

  @Test
  void oneSlowCallIsNoReason() {
    times.add(32, 3 * MemberTimes.PAYS);
    assertThat(times.pays(32)).isFalse();
    times.add(32, 3 * MemberTimes.PAYS); // 3 * (1/4 + 3/16) = 1.3 of what pays
    assertThat(times.pays(32)).isTrue();
  }

  @Test
  void timesAreThoseOfBatchesOfSimilarSize() {
    for (int i = 0; i < 20; i++) {
      times.add(5_000, 10 * MemberTimes.PAYS);
      times.add(32, MemberTimes.PAYS / 10);
      times.add(0, 0);
    }
    assertThat(times.pays(5_000)).isTrue();
    assertThat(times.pays(8_191)).isTrue();
    assertThat(times.pays(8_192)).isFalse();
    assertThat(times.pays(32)).isFalse();
    assertThat(times.pays(0)).isFalse();
    assertThat(times.pays(Integer.MAX_VALUE)).isFalse();
  }

  @Test
  void membersThatBecameFastRunInTurnAgain() {
    for (int i = 0; i < 20; i++) {
      times.add(1, 2 * MemberTimes.PAYS);
    }
    int more = 0;
    while (times.pays(1)) {
      times.add(1, MemberTimes.PAYS / 2);
      more++;
    }
    assertThat(more).isEqualTo(4); // 0.5 + 1.5 * 0.75^4 = 0.97
  }

  @Test
  void fewCallsOfKnownMembersAreMeasured() {
    times.add(1, 1);
    int measured = 0;
    for (int i = 0; i < 16_000; i++) {
      measured += times.measures(1) ? 1 : 0;
    }
    assertThat(measured)
        .as("1000 are expected; six standard deviations are 184")
        .isBetween(816, 1184);
  }
}
