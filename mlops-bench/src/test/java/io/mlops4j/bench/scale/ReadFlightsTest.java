package io.mlops4j.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadFlightsTest {
  @ParameterizedTest
  @ValueSource(strings = {"csv", "parquet"})
  void bothSidesAnswerTheSame(String format) throws Exception {
    Comparison comparison = ReadFlights.comparison(format, 5000);
    try (Side ours = comparison.ours().call();
        Side theirs = comparison.theirs().call()) {
      float sum = ours.run();
      assertThat(sum).isPositive().isEqualTo(theirs.run());
      assertThat(ours.run()).isEqualTo(sum);
    }
  }
}
