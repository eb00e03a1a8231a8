package io.mlops4j.samples.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.flink.Scored;
import io.mlops4j.flink.WindowDrift;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final int MAY = 25_941;

  @Test
  void everyFlightHasTheAnswerOfTheVersionThatItNames(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Replay.Outcome outcome =
        new Replay(Path.of(".."), folder, new PrintStream(said, true, StandardCharsets.UTF_8))
            .run();

    assertThat(outcome.failures()).isEqualTo(1);
    Set<Long> numbers = new HashSet<>();
    outcome.answers().forEach(each -> numbers.add(each.row().number()));
    assertThat(outcome.answers()).hasSize(MAY);
    assertThat(numbers).hasSize(MAY);
    assertThat(outcome.weeks().stream().mapToLong(WindowDrift::rows).sum()).isEqualTo(MAY);
    for (int version = 1; version <= 2; version++) {
      String name = "flight-delay:" + version;
      List<Scored<Flight, Flight.Delay>> answers =
          outcome.answers().stream().filter(each -> each.version().equals(name)).toList();
      assertThat(answers).hasSizeGreaterThan(5000);
      assertThat(answers.stream().map(Scored::answer).toList())
          .isEqualTo(alone(version, answers.stream().map(each -> each.row().features()).toList()));
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("25,941 flights of May", "the alias moves to flight-delay:2", "1 task failed");
  }

  private static List<Flight.Delay> alone(int version, List<Flight.Features> rows) {
    try (ModelRuntime runtime = ModelRuntime.open();
        Model model =
            runtime.load(Path.of("../quickstart/models/flight-delay-%d.onnx".formatted(version)))) {
      return model.rows(Flight.Features.class, Flight.Delay.class).predict(rows);
    }
  }
}
