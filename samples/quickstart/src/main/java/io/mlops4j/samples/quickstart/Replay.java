package io.mlops4j.samples.quickstart;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;

/** Replays February to June day by day, with the events of the story. */
final class Replay {

  /** The objects of the replay; {@link Quickstart} opens and closes them. */
  record Stage(
      ModelRegistry registry,
      Versions versions,
      Deployment late,
      ModelMonitor monitor,
      Watch watch,
      StoryClock clock,
      Profile january) {}

  private final Stage stage;
  private final Narrator narrator;
  private final LateLabels labels = new LateLabels();
  private final Profile.Builder plantedWeek;

  Replay(Stage stage, Narrator narrator) {
    this.stage = stage;
    this.narrator = narrator;
    this.plantedWeek = stage.january().counting();
  }

  List<Month.Summary> play(ModelRuntime runtime, Folders folders) throws IOException {
    List<Month.Summary> months = new ArrayList<>();
    try (Traffic traffic = new Traffic(stage.late());
        labels) {
      for (int month = 2; month <= 6; month++) {
        try (FeatureReader flights = runtime.read(folders.flights(month))) {
          months.add(play(YearMonth.of(2001, month), flights, traffic));
        }
      }
      morning(LocalDate.of(2001, 7, 1));
    }
    return months;
  }

  private Month.Summary play(YearMonth yearMonth, FeatureReader flights, Traffic traffic)
      throws IOException {
    Month month = new Month(yearMonth, stage.january());
    for (FeatureBatch day : flights) {
      LocalDate date = Columns.day(day);
      narrator.on(date);
      morning(date);
      plant(date, day);
      month.add(day, answer(date, day, traffic, month));
      labels.keep(day);
    }
    return month.summary();
  }

  /** Passes yesterday's labels to the monitor, which may raise an alarm. */
  private void morning(LocalDate date) {
    stage.clock().set(date, LocalTime.of(6, 0));
    labels.tell(stage.monitor());
    stage.monitor().flush();
    stage.watch().news().forEach(noticed -> narrator.noticed(date, noticed));
    Swap.await(stage.late(), stage.registry().resolve(Story.CHAMPION));
    stage.clock().set(date, LocalTime.NOON);
  }

  private void plant(LocalDate date, FeatureBatch day) {
    if (!Planted.on(date)) {
      return;
    }
    if (date.equals(Story.PLANTED_FROM)) {
      narrator.planted(date);
    }
    Planted.toKilometres(day);
    plantedWeek.add(day);
  }

  private Answers answer(LocalDate date, FeatureBatch day, Traffic traffic, Month month)
      throws IOException {
    if (date.equals(Story.SECOND_VERSION)) {
      return introduce(date, stage.versions().second(), "learned from February too", day, traffic);
    }
    if (date.equals(Story.THIRD_VERSION)) {
      narrator.staged(date);
      return introduce(date, stage.versions().third(), "exported anew", day, traffic);
    }
    return month.timed(() -> traffic.ask(day));
  }

  /** Assigns a new champion while the flights of the day are predicted. */
  private Answers introduce(
      LocalDate date, Versions.Published next, String reason, FeatureBatch day, Traffic traffic) {
    ModelVersion version = next.version();
    Change change = Change.by("ana").because(reason);
    long before = stage.monitor().counts().rows();
    Answers answers =
        traffic.askWhile(
            day,
            () -> stage.registry().assign(Story.CHAMPION, version, change),
            () -> Swap.serves(stage.late(), version),
            // else the monitor may see the evening of one version before the morning of the other
            rows -> Swap.await(stage.monitor(), before + rows));
    Swap.await(stage.late(), version);
    Swap.await(stage.monitor(), before + day.rows());
    narrator.swapped(date, next, reason, answers);
    return answers;
  }

  DriftReport plantedWeek() {
    return DriftReport.compare(stage.january(), plantedWeek.build());
  }
}
