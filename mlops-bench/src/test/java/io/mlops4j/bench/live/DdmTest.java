package io.mlops4j.bench.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DdmTest {
  /**
   * Of 100 rows in groups of nine right answers and an error, row 39 has the least {@code p + s}: p
   * = 3/39 and s = 0.04267, so the bound is 0.20493. Eight further errors reach 0.20253 (p =
   * 18/108), nine 0.21065.
   */
  @Test
  void reportsARateThreeDeviationsAboveTheLeast() {
    Ddm ddm = new Ddm();
    for (int row = 1; row <= 100; row++) {
      assertThat(ddm.rises(row % 10 == 0)).isFalse();
    }
    for (int error = 1; error <= 8; error++) {
      assertThat(ddm.rises(true)).as("error %d", error).isFalse();
    }
    assertThat(ddm.rises(true)).isTrue();
    assertThat(ddm.rises(true)).isFalse(); // it started anew
  }

  @Test
  void theFirstErrorAfterManyRightAnswersIsNoRise() {
    Ddm ddm = new Ddm();
    for (int row = 0; row < 1000; row++) {
      assertThat(ddm.rises(false)).isFalse();
    }
    assertThat(ddm.rises(true)).isFalse();
  }
}
