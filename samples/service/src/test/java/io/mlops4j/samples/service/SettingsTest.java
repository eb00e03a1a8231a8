package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Map<String, String> LEAST =
      Map.of("MLOPS_REGISTRY", "/models", "MLOPS_MODEL", "flight-delay@champion", "PATH", "/bin");

  private static Settings with(String name, String value) {
    Map<String, String> variables = new HashMap<>(LEAST);
    variables.put(name, value);
    return Settings.from(variables);
  }

  @Test
  void twoSettingsAreEnough() {
    Settings settings = Settings.from(LEAST);
    assertThat(settings.registry()).isEqualTo(Path.of("/models"));
    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.reference()).isEmpty();
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatThrownBy(
            () -> Settings.from(Map.of("MLOPS_PROT", "80", "MLOPS_DEADLINE", "2 seconds")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            """
            MLOPS_DEADLINE: found "2 seconds", expected a time more than zero and at most a day, for example 500ms, 2s or 1m; unset it to use the default
            MLOPS_REGISTRY: not set, expected the folder of the registry
            MLOPS_MODEL: not set, expected the alias to follow, for example flight-delay@champion
            MLOPS_PROT: no such setting; did you mean MLOPS_PORT?\
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "MLOPS_PORT, 65536, 'from 0 to 65535; unset it to use the default, 8080'",
    "MLOPS_PORT, eighty, expected a whole number",
    "MLOPS_PORT, '', found an empty value",
    "MLOPS_MODEL, ' ', found an empty value",
    "MLOPS_MODEL, flight-delay, expected a model and an alias",
    "MLOPS_MODEL, flight-delay@, expected a model and an alias",
    "MLOPS_MODEL, Flight@champion, expected a model and an alias",
    "MLOPS_SHADOW, flight-delay:2, expected a model and an alias",
    "MLOPS_DEADLINE, 0s, expected a time more than zero",
    "MLOPS_DEADLINE, 2000000s, expected a time more than zero and at most a day",
    "MLOPS_SHUTDOWN, 999999999m, expected a time more than zero and at most a day",
    "MLOPS_MAX_CALLS, 0, from 1 to 100000",
  })
  void aWrongValueIsNamed(String name, String value, String message) {
    assertThatThrownBy(() -> with(name, value))
        .hasMessageStartingWith(name)
        .hasMessageContaining(message);
  }

  @Test
  void bothProtocolsNeedPortsOfTheirOwn() {
    Map<String, String> variables = new HashMap<>(LEAST);
    variables.putAll(Map.of("MLOPS_PORT", "9000", "MLOPS_GRPC_PORT", "9000"));
    assertThatThrownBy(() -> Settings.from(variables))
        .hasMessage("MLOPS_GRPC_PORT: found the port of HTTP, 9000, expected another");
    variables.putAll(Map.of("MLOPS_PORT", "0", "MLOPS_GRPC_PORT", "0"));
    assertThat(Settings.from(variables).grpcPort()).isZero();
  }

  /** Otherwise the process outlives it, waiting for a call. */
  @Test
  void theShutdownIsNotShorterThanACall() {
    assertThat(with("MLOPS_DEADLINE", "1m").shutdown()).isEqualTo(Duration.ofMinutes(1));
    assertThat(with("MLOPS_DEADLINE", "9s").shutdown()).isEqualTo(Duration.ofSeconds(10));
    Map<String, String> variables = new HashMap<>(LEAST);
    variables.putAll(Map.of("MLOPS_DEADLINE", "3s", "MLOPS_SHUTDOWN", "3s"));
    assertThat(Settings.from(variables).shutdown()).isEqualTo(Duration.ofSeconds(3));
    variables.put("MLOPS_SHUTDOWN", "500ms");
    assertThatThrownBy(() -> Settings.from(variables))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "MLOPS_SHUTDOWN: found 500 ms, expected at least MLOPS_DEADLINE, 3000 ms, so that calls that run are answered");
  }

  /** As README.md lists them. */
  private static final String EACH =
      "REGISTRY MODEL ACTOR HOST PORT GRPC_PORT MAX_BODY MAX_CALLS MAX_CONNECTIONS DEADLINE"
          + " READ_TIMEOUT GRPC_IDLE SHUTDOWN ENGINE_THREADS SHADOW REFERENCE WINDOW_ROWS DATA";

  static Stream<String> each() {
    return Stream.of(EACH.split(" ")).map(name -> "MLOPS_" + name);
  }

  @Test
  void eachSettingIsTested() {
    assertThat(each()).hasSize(Settings.class.getRecordComponents().length);
  }

  /** Its last two letters are swapped. */
  @ParameterizedTest
  @MethodSource("each")
  void aMisspeltSettingIsNamedWithTheNearest(String name) {
    int end = name.length();
    String misspelt = name.substring(0, end - 2) + name.charAt(end - 1) + name.charAt(end - 2);
    assertThatThrownBy(() -> with(misspelt, "7"))
        .isInstanceOf(SettingsException.class)
        .hasMessage(misspelt + ": no such setting; did you mean " + name + "?");
  }

  @ParameterizedTest
  @MethodSource("each")
  void anEmptySettingIsNamed(String name) {
    for (String value : List.of("", " ")) {
      assertThatThrownBy(() -> with(name, value))
          .isInstanceOf(SettingsException.class)
          .hasMessage(name + ": found an empty value, expected one; unset it to use the default");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MLOPS_REGISTRY", "MLOPS_REFERENCE", "MLOPS_DATA"})
  void whatIsNoPathIsNamed(String name) {
    assertThatThrownBy(() -> with(name, "a\0b"))
        .hasMessage(name + ": found \"a\0b\", expected a path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MLOPS_SERVICE_HOST",
        "MLOPS_SERVICE_PORT",
        "MLOPS_SERVICE_PORT_HTTP",
        "MLOPS_PORT_8080_TCP",
        "MLOPS_PORT_8080_TCP_ADDR",
        "MLOPS_DELAYS_SERVICE_HOST",
        "MLOPS_DELAYS_PORT_8081_TCP_PROTO"
      })
  void variablesOfKubernetesAreLeftAlone(String name) {
    assertThat(with(name, "tcp://10.0.0.1:8080")).isEqualTo(Settings.from(LEAST));
  }

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "2s, PT2S", "3m, PT3M"})
  void timesHaveUnits(String text, Duration expected) {
    assertThat(with("MLOPS_DEADLINE", text).deadline()).isEqualTo(expected);
  }
}
