package io.mlops4j.samples.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays the story once, and asks whether it came out as told. */
class MonitoringTest {
  /** Of February and March, as {@code ../quickstart/data/README.md} counts them. */
  private static final long FLIGHTS = 22_909 + 25_575;

  @TempDir static Path output;
  private static Folders folders;
  private static Outcome story;
  private static String screen;

  @BeforeAll
  static void play() throws IOException {
    folders = new Folders(Folders.findSample(), output);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    story = new Monitoring(folders, new Narrator(out)).run();
    screen = printed.toString(StandardCharsets.UTF_8);
  }

  private static LocalDate day(Alarm alarm) {
    return LocalDate.ofInstant(alarm.at(), ZoneOffset.UTC);
  }

  private static List<Alarm> alarms(LocalDate from, LocalDate to) {
    return story.alarms.stream()
        .filter(alarm -> !day(alarm).isBefore(from) && !day(alarm).isAfter(to))
        .toList();
  }

  private static List<String> columns(List<Alarm> alarms) {
    return alarms.stream().flatMap(alarm -> alarm.evidence().stream()).map(Evidence::name).toList();
  }

  @Test
  void everyFlightIsPredictedAndLogged() {
    assertThat(story.flights).isEqualTo(FLIGHTS);
    assertThat(story.log().acknowledged()).isEqualTo(FLIGHTS);
    assertThat(story.log().dropped() + story.log().failed()).isZero();
  }

  @Test
  void eachIncidentIsFoundWithinTwoDaysAndItsColumnIsNamed() {
    for (Incident incident : Incident.values()) {
      List<Alarm> found = alarms(incident.from, incident.from.plusDays(2));
      for (Alarm.Kind kind : List.of(Alarm.Kind.DRIFT, Alarm.Kind.QUALITY)) {
        assertThat(columns(found.stream().filter(alarm -> alarm.kind() == kind).toList()))
            .as(incident + " " + kind)
            .contains(incident.column);
      }
    }
  }

  @Test
  void qualityNamesTheUnitAndTheFrozenColumn() {
    assertThat(screen).contains("kilometres in a", "1.609344", "hour: found one value in 849 rows");
  }

  @Test
  void daysWithoutAnIncidentRaiseNoAlarm() {
    for (Alarm alarm : story.alarms) {
      assertThat(
              isNear(alarm, Story.WRONG_VERSION, Story.WRONG_VERSION.plusDays(3))
                  || List.of(Incident.values()).stream()
                      .anyMatch(it -> isNear(alarm, it.from, it.to)))
          .as(alarm.toString())
          .isTrue();
    }
  }

  /** Until the windows with its rows are judged. */
  private static boolean isNear(Alarm alarm, LocalDate from, LocalDate to) {
    return !day(alarm).isBefore(from) && !day(alarm).isAfter(to.plusDays(2));
  }

  @Test
  void theWrongVersionIsRolledBackForItsPerformance() {
    Alarm alarm =
        story.alarms.stream()
            .filter(it -> it.kind() == Alarm.Kind.PERFORMANCE)
            .findFirst()
            .orElseThrow();
    assertThat(day(alarm)).isBetween(Story.WRONG_VERSION, Story.WRONG_VERSION.plusDays(4));
    assertThat(alarm.evidence().get(0).name()).isEqualTo("roc_auc");
    assertThat(alarm.evidence().get(0).measured()).isLessThan(0.5);
    AliasRecord back = story.rollbacks.get(0);
    assertThat(story.rollbacks).hasSize(1);
    assertThat(back.from()).isEqualTo(alarm.servedBy().version().orElseThrow());
    assertThat(back.to().number()).isEqualTo(1);
    assertThat(back.change().actor()).isEqualTo("delay-service");
    assertThat(back.change().reason()).isEqualTo(alarm.id());
  }

  @Test
  void allEpisodesEndedAndTheGoodVersionPerforms() {
    assertThat(story.episodes()).isNotEmpty().noneMatch(it -> it.isOpen());
    assertThat(story.performance().figure("roc_auc").orElse(Double.NaN)).isBetween(0.6, 0.7);
  }

  @Test
  void theLogSaysWhatWasPredictedByWhichVersionAndComputesItAgain() {
    Outcome.Later later = story.later();
    ServedBy by = later.one().servedBy();
    assertThat(by.version()).hasValue(story.rollbacks.get(0).from());
    assertThat(by.alias().orElseThrow().change().reason()).isEqualTo("new export");
    assertThat(later.one().features()).containsOnlyKeys(Story.FEATURES);
    assertThat(later.replay().findings()).isEmpty();
    assertThat(later.replay().equal()).isEqualTo(later.ofVersion()).isGreaterThan(800);
  }

  @Test
  void theErasedFlightIsGone() {
    String flight = String.valueOf(story.later().one().keys().get(Story.KEY));
    assertThat(story.later().erasure().rows()).isEqualTo(1);
    try (BufferAllocator allocator = new RootAllocator()) {
      assertThat(PredictionLog.open(folders.predictions(), allocator).find(Story.KEY, flight))
          .isEmpty();
    }
  }

  @Test
  void thePageDrawsItAndNeedsNothingFromElsewhere() throws IOException {
    String page = Files.readString(folders.page());
    assertThat(page)
        .contains("flight-delay", "distance", "probability", "roc_auc", "2001-03-14")
        .contains("default-src 'none'")
        .doesNotContain("http:", "https:", "src=", "@import", "url(");
  }

  @Test
  void theScreenTellsIt() {
    assertThat(screen)
        .contains("PLANTED: distances in kilometres", "distance drifted")
        .contains("roc_auc 0.4", "rolled back to flight-delay:1")
        .contains("equal to the bit", "1 row erased");
  }
}
