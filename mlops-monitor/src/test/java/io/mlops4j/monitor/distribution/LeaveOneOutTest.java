package io.mlops4j.monitor.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaveOneOutTest {
  /** SciPy 1.17.1: {@code t.ppf(0.995, n) * sqrt(mean(effects**2))}. */
  @Test
  void theLimitIsAnUpperPredictionLimitOfANormalDistributionAroundZero() {
    assertThat(LeaveOneOut.limit(List.of(0.2, 0.3, 0.5, 0.4)))
        .isCloseTo(1.6916524743258663, within(1e-9));
    assertThat(LeaveOneOut.limit(List.of(0.9, 1.1, 1.4, 0.7, 1.0, 1.2, 0.8)))
        .isCloseTo(3.634363655848844, within(1e-9));
    assertThat(LeaveOneOut.limit(Collections.nCopies(20, 0.4)))
        .isCloseTo(1.1381358839144433, within(1e-9));
  }

  /** SciPy 1.17.1: {@code 5 * sqrt(mean(effects**2))}; {@code t.ppf(0.995, 2)} is 9.9. */
  @Test
  void theQuantileForTwoPeriodsIsBounded() {
    assertThat(LeaveOneOut.limit(List.of(0.1, 2.0))).isCloseTo(7.079901129253148, within(1e-9));
  }

  @Test
  void eachPeriodIsJudgedByTheSumOfAllOthers() {
    List<String> judged = new ArrayList<>();
    LeaveOneOut.each(
        List.of("a", "b", "c", "d"),
        String::concat,
        (others, one) -> judged.add(others + " " + one));
    assertThat(judged).containsExactly("bcd a", "acd b", "abd c", "abc d");
    judged.clear();
    LeaveOneOut.each(List.of("a", "b"), String::concat, (others, one) -> judged.add(others + one));
    assertThat(judged).containsExactly("ba", "ab");
    LeaveOneOut.each(List.of("a"), String::concat, (others, one) -> judged.add("never"));
    assertThat(judged).hasSize(2);
  }
}
