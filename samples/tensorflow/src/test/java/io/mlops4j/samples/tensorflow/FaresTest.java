package io.mlops4j.samples.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.EngineUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class FaresTest {

  /** 0.25 EUR a kilometre and 40 for the start; three times as much in business. */
  @Test
  void flightsCostWhatTheAirlineAsks() {
    String[] lines = ask().lines().toArray(String[]::new);
    assertThat(lines).hasSize(5);
    assertThat(lines[0])
        .startsWith("fares")
        .contains("tensorflow")
        .endsWith("(cabin: string[?], distance: float32[?]) -> (fare: float32[?])");
    assertThat(lines[1]).isEqualTo("economy     300 km   115.00 EUR");
    assertThat(lines[2]).isEqualTo("economy    1000 km   290.00 EUR");
    assertThat(lines[3]).isEqualTo("business   1000 km   870.00 EUR");
    assertThat(lines[4]).isEqualTo("label: ECONOMY, BUSINESS");
  }

  private static String ask() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      Fares.ask(Path.of("model", "fares"), new PrintStream(text, true, StandardCharsets.UTF_8));
    } catch (EngineUnavailableException e) {
      System.out.println("skipped: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
    return text.toString(StandardCharsets.UTF_8);
  }
}
