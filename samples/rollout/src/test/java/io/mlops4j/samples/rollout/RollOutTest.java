package io.mlops4j.samples.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays the story once, and checks how it ended. */
class RollOutTest {
  /** Of February and March, as {@code ../quickstart/data/README.md} counts them. */
  private static final int FLIGHTS = 22_909 + 25_575;

  private static final int BAD = 2;
  private static final int GOOD = 3;

  @TempDir static Path output;
  private static Folders folders;
  private static Outcome story;
  private static String screen;

  @BeforeAll
  static void play() throws IOException {
    folders = Folders.of(Folders.findSamples(), output);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    story = new RollOut(folders, new Narrator(out)).run();
    screen = printed.toString(StandardCharsets.UTF_8);
  }

  private static List<RolloutStatus> events(int candidate) {
    return story.events.stream()
        .map(Outcome.Event::status)
        .filter(status -> status.candidate().number() == candidate)
        .toList();
  }

  private static LocalDate end(int candidate) {
    return story.events.stream()
        .filter(event -> event.status().candidate().number() == candidate)
        .reduce((first, second) -> second)
        .orElseThrow()
        .date();
  }

  @Test
  void everyFlightIsAnswered() {
    assertThat(story.days.stream().mapToInt(Outcome.Day::flights).sum()).isEqualTo(FLIGHTS);
  }

  @Test
  void theBadChallengerIsRolledBackAtItsFirstStep() {
    assertThat(events(BAD))
        .extracting(RolloutStatus::state)
        .containsExactly(State.RUNNING, State.ROLLED_BACK);
    RolloutStatus end = events(BAD).get(1);
    assertThat(end.step()).isEqualTo(1);
    Evidence auc = end.evidence().get(end.evidence().size() - 1);
    assertThat(auc.name()).isEqualTo("roc_auc");
    assertThat(auc.measured()).isLessThan(0.5).isLessThan(auc.bound());
    assertThat(end(BAD)).isBefore(Story.BAD_STARTS.plusDays(7));
  }

  @Test
  void theGoodChallengerPassesBothStepsAndIsApproved() {
    assertThat(events(GOOD))
        .extracting(RolloutStatus::state)
        .containsExactly(State.RUNNING, State.RUNNING, State.AWAITING_APPROVAL, State.PROMOTED);
    assertThat(events(GOOD).get(3).change().actor()).isEqualTo("maria");
    assertThat(end(GOOD)).isBefore(Story.GOOD_STARTS.plusDays(28));
  }

  @Test
  void eachChallengerAnswersTheShareOfItsStepOnly() {
    for (Outcome.Day day : story.days) {
      LocalDate date = day.date();
      double bad = (double) day.by(BAD) / day.flights();
      double good = (double) day.by(GOOD) / day.flights();
      if (date.isBefore(Story.BAD_STARTS)) {
        assertThat(day.answered()).containsOnlyKeys(1);
      } else if (date.isBefore(end(BAD))) {
        assertThat(bad)
            .as(day + "")
            .isCloseTo(0.2, within(0.14)); // five standard errors of 200 calls
      } else if (date.isBefore(Story.GOOD_STARTS)) {
        assertThat(day.answered()).containsOnlyKeys(1);
      } else if (date.isBefore(end(GOOD))) {
        assertThat(good).as(day + "").isBetween(0.06, 0.68);
        assertThat(day.by(BAD)).isZero();
      } else {
        assertThat(day.answered()).containsOnlyKeys(GOOD);
      }
    }
  }

  @Test
  void theRegistryHoldsTheWholeStory() {
    try (ModelRegistry registry = FileModelRegistry.open(folders.registry())) {
      assertThat(registry.history(Story.CHAMPION))
          .extracting(record -> record.to() + " by " + record.change().actor())
          .containsExactly("flight-delay:1 by ana", "flight-delay:3 by maria");
      List<AliasRecord> steps = registry.history(Story.CHAMPION + ".rollout");
      assertThat(steps).hasSize(story.events.size() + 1); // a promotion is decided, then done
      assertThat(registry.verify().isIntact()).isTrue();
    }
  }

  @Test
  void screenAndPageShowTheTimeline() throws IOException {
    assertThat(screen)
        .contains("flight-delay:2: rolled back by delay-service")
        .contains("flight-delay:3: promoted by maria")
        .contains("11111111111111112222")
        .contains("33333333333333333333")
        .contains("not enough evidence yet");
    String page = Files.readString(folders.page());
    assertThat(page)
        .contains("flight-delay:2: rolled back by delay-service")
        .contains("flight-delay:3: promoted by maria")
        .contains(end(GOOD).toString())
        .doesNotContain("http-equiv=\"refresh\"", "<script src", "<link ");
  }
}
