package io.mlops4j.samples.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays the story once, and asks whether it came out as told. */
class FeaturesTest {
  @TempDir static Path output;
  private static Features.Outcome story;
  private static String screen;

  @BeforeAll
  static void play() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    story = new Features(Path.of(""), output, out).run();
    screen = printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theLeakIsRefusedAndExplained() {
    assertThat(story.refusal())
        .contains(
            "view airport-day: leakage", "delay_day", "without later rows", "The SQL looks ahead");
    assertThat(output.resolve("never.parquet")).doesNotExist();
    assertThat(story.leaky()).isGreaterThan(story.honest() + 0.02);
    assertThat(story.honest()).isGreaterThan(0.55);
  }

  @Test
  void everyFlightIsInTheTrainingSetAndTheCardNamesIt() {
    story
        .set()
        .joined()
        .forEach(
            each -> assertThat(each.matched() + each.absent() + each.expired()).isEqualTo(25_411));
    assertThat(story.set().joined().get(0).matched()).isGreaterThan(19_000);
    assertThat(story.card().trainedOn()).containsExactly(story.set().dataset());
    assertThat(story.set().dataset().digest()).isEqualTo(Digest.sha256(story.set().file()));
  }

  @Test
  void aServiceReadsWhatTheTrainingSetHas() {
    assertThat(story.atlanta().orElseThrow().names()).containsExactly("delay_3h", "landings_3h");
    assertThat(story.parity().passed()).isTrue();
    assertThat(story.parity().equal()).isEqualTo(story.parity().keys()).isPositive();
  }

  @Test
  void theQualityOfTheSecondHalfIsReported() {
    assertThat(story.quality().rows()).isGreaterThan(10_000);
    assertThat(screen).contains("1. ", "2. ", "3. ", "4. ", "5. ", "6. ", "ATL");
    assertThat(Files.exists(story.set().file())).isTrue();
  }
}
