package io.mlops4j.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plays the story, as a newcomer would, and asks whether it came out as told. */
class QuickstartTest {
  private static final YearMonth APRIL = YearMonth.of(2001, 4);

  @TempDir static Path output;
  private static Folders folders;
  private static Outcome story;
  private static String firstScreen;

  @BeforeAll
  static void play() throws IOException {
    folders = new Folders(Folders.findSample(), output);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    story = new Quickstart(folders, plain(printed)).run();
    firstScreen = printed.toString(StandardCharsets.UTF_8);
  }

  private static Screen plain(ByteArrayOutputStream printed) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return new Screen(out, false, false, false);
  }

  /** 160 MB, and this sample asks for nothing that needs it. */
  @Test
  void tensorFlowDoesNotComeAlong() {
    ClassLoader here = getClass().getClassLoader();
    assertThat(here.getResource("ai/onnxruntime/OrtEnvironment.class")).isNotNull();
    assertThat(here.getResource("org/tensorflow/Graph.class")).isNull();
    assertThat(here.getResource("org/bytedeco/javacpp/Pointer.class")).isNull();
  }

  @Test
  void notOneRequestFails() {
    assertThat(story.failedRequests()).isZero();
  }

  @Test
  void everyFlightOfFiveMonthsIsAnswered() throws IOException {
    Expected expected = Expected.read();
    assertThat(story.months())
        .hasSize(5)
        .allSatisfy(
            month -> assertThat(month.rows()).isEqualTo(expected.served(month.month(), 0).rows()));
  }

  @Test
  void figuresOfEachMonthAgreeWithScikitLearn() throws IOException {
    Expected expected = Expected.read();
    for (Month.Summary month : story.months()) {
      // On the day of a swap both versions answer, and how many flights each is not determined.
      Expected.Figures most = expected.served(month.month(), daysOfThird());
      Expected.Figures least = expected.served(month.month(), daysOfThird() - 1);
      assertThat(month.late()).isCloseTo(most.late(), within(1e-9));
      assertThat(month.probability())
          .isBetween(least.probability() - 2e-3, most.probability() + 2e-3);
      assertThat(month.performance().rocAuc().orElse(Double.NaN))
          .isBetween(most.rocAuc() - 2e-3, least.rocAuc() + 2e-3);
    }
  }

  private static int daysOfThird() {
    return story.months().stream()
        .mapToInt(month -> month.daysByVersion().getOrDefault(version(3), 0))
        .sum();
  }

  private static ModelVersion version(int number) {
    return story.published().get(number - 1).version();
  }

  @Test
  void monthsWithoutSwapAgreeWithScikitLearnToSixDigits() throws IOException {
    Expected expected = Expected.read();
    for (Month.Summary month : story.months()) {
      if (month.daysByVersion().size() == 1) {
        Expected.Figures figures = expected.served(month.month(), 0);
        assertThat(month.probability()).isCloseTo(figures.probability(), within(1e-6));
        assertThat(month.performance().rocAuc().orElse(Double.NaN))
            .isCloseTo(figures.rocAuc(), within(1e-6));
      }
    }
  }

  @Test
  void versionsServeAsTold() {
    Map<Integer, List<ModelVersion>> byMonth =
        story.months().stream()
            .collect(
                Collectors.toMap(
                    month -> month.month().getMonthValue(),
                    month -> List.copyOf(month.daysByVersion().keySet())));
    assertThat(byMonth)
        .containsEntry(2, List.of(version(1)))
        .containsEntry(3, List.of(version(1), version(2)))
        .containsEntry(4, List.of(version(2)))
        .containsEntry(5, List.of(version(2), version(3)))
        .containsEntry(6, List.of(version(2)));
  }

  @Test
  void theBadVersionIsNamedByAnAlarmWithinDays() {
    Watch.Noticed noticed = single(Alarm.Kind.PERFORMANCE);
    assertThat(noticed.alarm().servedBy().version()).contains(version(3));
    Evidence auc = noticed.alarm().evidence().get(0);
    assertThat(auc.measured()).isLessThan(0.5).isLessThan(auc.bound());
    assertThat(daysOfThird()).isBetween(1, 4);
  }

  @Test
  void theAlarmRollsBackToTheVersionBefore() {
    AliasRecord rollback = single(Alarm.Kind.PERFORMANCE).rollback().orElseThrow();
    assertThat(rollback.from()).isEqualTo(version(3));
    assertThat(rollback.to()).isEqualTo(version(2));
  }

  private static Watch.Noticed single(Alarm.Kind kind) {
    List<Watch.Noticed> noticed =
        story.noticed().stream().filter(n -> n.alarm().kind() == kind).toList();
    assertThat(noticed).hasSize(1);
    return noticed.get(0);
  }

  @Test
  void theHistorySaysWhoAndWhy() {
    String alarm = single(Alarm.Kind.PERFORMANCE).alarm().id();
    assertThat(story.history())
        .extracting(
            AliasRecord::from,
            AliasRecord::to,
            change -> change.change().actor(),
            change -> change.change().reason())
        .containsExactly(
            tuple(null, version(1), "ana", "first model"),
            tuple(version(1), version(2), "ana", "learned from February too"),
            tuple(version(2), version(3), "ana", "exported anew"),
            tuple(version(3), version(2), "delay-service", alarm));
  }

  /** The check of its unit begins the incident, or drift does: it judges a sample of the rows. */
  @Test
  void thePlantedChangeIsOneAlarmThatNamesItsColumn() {
    List<Alarm> alarms =
        story.noticed().stream()
            .map(Watch.Noticed::alarm)
            .filter(alarm -> alarm.kind() != Alarm.Kind.PERFORMANCE)
            .toList();
    assertThat(alarms).hasSize(1);
    assertThat(alarms.get(0).evidence()).extracting(Evidence::name).containsOnly("distance");
    assertThat(verdict(story.plantedWeek(), "distance")).isInstanceOf(DriftVerdict.Drifted.class);
    assertStableExceptDistance(story.plantedWeek());
  }

  @Test
  void whatWasNotPlantedIsStable() {
    for (Month.Summary month : story.months()) {
      assertStableExceptDistance(month.drift());
      if (!month.month().equals(APRIL)) {
        assertThat(verdict(month.drift(), "distance")).isInstanceOf(DriftVerdict.Stable.class);
      }
    }
  }

  private static void assertStableExceptDistance(DriftReport report) {
    for (String feature : List.of("hour", "weekday", "origin", "destination")) {
      assertThat(verdict(report, feature)).as(feature).isInstanceOf(DriftVerdict.Stable.class);
    }
  }

  private static DriftVerdict verdict(DriftReport report, String feature) {
    return report.feature(feature).verdict();
  }

  @Tag("thorough") // the story again
  @Test
  void aSecondRunFindsTheVersionsPublishedAndTellsTheSameStory() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Outcome again = new Quickstart(folders, plain(printed)).run();
    String secondScreen = printed.toString(StandardCharsets.UTF_8);
    assertThat(story.published()).noneMatch(Versions.Published::existed);
    assertThat(again.failedRequests()).isZero();
    assertThat(again.published()).allMatch(Versions.Published::existed);
    assertThat(again.published())
        .extracting(Versions.Published::version)
        .isEqualTo(story.published().stream().map(Versions.Published::version).toList());
    assertThat(firstScreen).contains("flight-delay:1 published").doesNotContain("already");
    assertThat(secondScreen).contains("flight-delay:1 was already published");
    assertThat(again.history())
        .extracting(AliasRecord::to)
        .isEqualTo(story.history().stream().map(AliasRecord::to).toList());
    assertThat(again.history().get(0).number()).isEqualTo(5);
  }

  @Test
  void withoutATerminalTheScreenIsPlain() {
    assertThat(firstScreen).doesNotContain("\033").doesNotContain("\r");
    assertThat(firstScreen).contains("PLANTED").contains("rolled back to flight-delay:2");
  }

  @Test
  void thePageTellsTheStoryAndNeedsNothingFromElsewhere() throws IOException {
    String page = Files.readString(folders.report());
    assertThat(page)
        .contains("rolled back to flight-delay:2", "drifted", "stable", "February")
        .contains("default-src 'none'")
        .doesNotContain("http:", "https:", "src=", "@import", "url(");
  }

  @Tag("thorough") // browser
  @Test
  void everyPageFitsAWideWindowAndAPhoneAndLoadsNothing() throws IOException {
    try (InstalledChromium chromium = InstalledChromium.start();
        Stream<Path> files = Files.walk(output)) {
      List<Path> pages = files.filter(file -> file.toString().endsWith(".html")).toList();
      assertThat(pages).hasSize(4);
      for (Path page : pages) {
        assertThat(chromium.problems(page, 1280)).as(page + " at 1280").isEmpty();
        assertThat(chromium.problems(page, 390)).as(page + " at 390").isEmpty();
      }
    }
  }

  @Tag("thorough") // browser
  @Test
  void aPageThatIsTooWideOrLoadsSomethingIsFound(@TempDir Path folder) throws IOException {
    Path page = folder.resolve("page.html");
    Files.writeString(page, "<h1>P</h1><img src=other.png><p style='width: 500px'>wide</p>");
    try (InstalledChromium chromium = InstalledChromium.start()) {
      assertThat(chromium.problems(page, 1280)).anyMatch(it -> it.startsWith("request: "));
      assertThat(chromium.problems(page, 390)).anyMatch(it -> it.endsWith("wider than the window"));
    }
  }

  @Test
  void eachVersionHasAPageOfItsCard() throws IOException {
    for (int version = 1; version <= 3; version++) {
      assertThat(Files.readString(folders.cards().resolve("flight-delay-" + version + ".html")))
          .contains(
              "<h1>flight-delay:" + version + "</h1>", "ops-ml", "2001-01-01 until 2001-02-01")
          .doesNotContain("http:", "https:", "src=", "@import", "url(");
    }
  }
}
