package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MannWhitneyTest {
  private static final MannWhitney EXACT = MannWhitney.withDefaults().with(PValueMethod.EXACT);
  private static final MannWhitney NORMAL =
      MannWhitney.withDefaults().with(PValueMethod.ASYMPTOTIC);

  static Stream<JsonNode> counted() {
    return GoldenFile.elements(GoldenFile.read("edge/distribution_cases.json").get("mann_whitney"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("counted")
  void exactTailIsTheShareOfOrders(JsonNode golden) {
    double expected = golden.get(3).asDouble();
    assertThat(
            RankSums.atLeastAsFar(
                golden.get(0).asLong(), golden.get(1).asInt(), golden.get(2).asInt()))
        .isCloseTo(expected, within(1e-13 * expected));
  }

  @Test
  void largerRowsOfTheReferenceAreCountedAndTiesHalf() {
    double[] reference = {1, 3, 3, 9};
    double[] current = {3, 2, 8};
    assertThat(EXACT.test(reference, current).statistic()).isEqualTo(0 + 1.5 + 1.5 + 3);
    assertThat(EXACT.test(current, reference).statistic()).isEqualTo(12 - 6);
  }

  @Test
  void manyRowsAreNotCountedOneByOne() {
    double[] even = IntStream.range(0, 2000).mapToDouble(i -> 2.0 * i).toArray();
    double[] odd = IntStream.range(0, 2000).mapToDouble(i -> 2.0 * i + 1).toArray();
    assertThat(EXACT.test(even, odd)).isEqualTo(NORMAL.test(even, odd));
    assertThat(EXACT.test(new double[] {0}, odd).pValue()).isCloseTo(2.0 / 2001, within(1e-15));
  }
}
