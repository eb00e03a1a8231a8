package io.mlops4j.samples.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
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

  @Test
  void everyFlightIsPredictedAndLogged() {
    assertThat(story.flights).isEqualTo(FLIGHTS);
    assertThat(story.log().acknowledged()).isEqualTo(FLIGHTS);
    assertThat(story.log().dropped() + story.log().failed()).isZero();
  }

  @Test
  void eachPlantedChangeIsOneAlarmWithinTwoDaysThatNamesItsColumn() {
    for (Planted change : Planted.values()) {
      List<Alarm> found = alarms(change.from, change.to.plusDays(4));
      assertThat(found).as(change + "").hasSize(1);
      assertThat(day(found.get(0))).isBefore(change.from.plusDays(2));
      assertThat(found.get(0).evidence().get(0).name()).isEqualTo(change.column);
      Incident incident = incident(found.get(0));
      assertThat(incident.cause().kind()).as("the source first").isEqualTo(Alarm.Kind.QUALITY);
      assertThat(incident.findings())
          .filteredOn(one -> one.subject().equals(change.column))
          .extracting(Incident.Finding::kind)
          .containsExactly(Alarm.Kind.QUALITY, Alarm.Kind.DRIFT);
    }
    assertThat(story.alarms).as("with the wrong version").hasSize(3);
    assertThat(story.incidents()).hasSize(3);
  }

  /** As it was at the end. */
  private static Incident incident(Alarm alarm) {
    return story.incidents().stream()
        .filter(one -> one.id().equals(alarm.incident().id()))
        .findFirst()
        .orElseThrow();
  }

  /** The frozen days have 849 and 837 flights, and 4 of the next day leave in the same hour. */
  @Test
  void qualityNamesTheUnitAndTheFrozenColumn() {
    assertThat(screen)
        .contains("kilometres in a", "1.609344", "hour: found one value in 1,690 rows");
  }

  @Test
  void daysWithoutAPlantedChangeRaiseNoAlarm() {
    for (Alarm alarm : story.alarms) {
      assertThat(
              isNear(alarm, Story.WRONG_VERSION, Story.WRONG_VERSION.plusDays(3))
                  || List.of(Planted.values()).stream()
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
    Alarm alarm = story.alarms.get(2);
    assertThat(alarm.evidence()).extracting(Evidence::name).containsExactly("probability");
    Incident incident = incident(alarm);
    assertThat(incident.findings())
        .extracting(Incident.Finding::subject)
        .containsExactly("probability", "roc_auc");
    Incident.Finding loss = incident.findings().get(1);
    assertThat(LocalDate.ofInstant(loss.opened(), ZoneOffset.UTC))
        .isBetween(Story.WRONG_VERSION, Story.WRONG_VERSION.plusDays(4));
    assertThat(loss.worst().measured()).isLessThan(0.5);
    AliasRecord back = story.rollbacks.get(0);
    assertThat(story.rollbacks).hasSize(1);
    assertThat(back.from()).isEqualTo(incident.servedBy().version().orElseThrow());
    assertThat(back.to().number()).isEqualTo(1);
    assertThat(back.change().actor()).isEqualTo("delay-service");
    assertThat(back.change().reason()).isEqualTo("alarm-4");
  }

  @Test
  void allIncidentsEndedAndTheGoodVersionPerforms() {
    assertThat(story.incidents()).isNotEmpty().noneMatch(it -> it.isOpen());
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
