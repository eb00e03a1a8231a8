package io.mlops4j.samples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.drift.DriftVerdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightsTest {
  @Test
  void allTasksUseTheVersionThatTheDriverResolved(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Flights.Outcome outcome =
        new Flights(Path.of(".."), folder, new PrintStream(said, true, StandardCharsets.UTF_8))
            .run();

    assertThat(outcome.version()).hasToString("flight-delay:1");
    assertThat(outcome.now()).hasToString("flight-delay:2");
    assertThat(outcome.figures().rows()).isEqualTo(149_999);
    assertThat(outcome.figures().tasks()).isGreaterThan(1);
    assertThat(outcome.months())
        .extracting(month -> month.getLong(1))
        .containsExactly(25_411L, 22_909L, 25_575L, 25_052L, 25_941L, 25_111L);
    // The first version was trained on January, in which 20.6 % of the flights were late.
    assertThat(outcome.months().get(0).getDouble(2)).isCloseTo(0.206, within(0.001));
    assertThat(outcome.drift().features())
        .noneMatch(feature -> feature.verdict() instanceof DriftVerdict.Drifted);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("149,999 flights", "by flight-delay:1, while the alias points to flight-delay:2");
  }
}
