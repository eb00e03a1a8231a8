package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.samples.quickstart.Screen.Tone;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Describes on the screen what happens. */
final class Narrator {

  /** A sentence and its colour. */
  record Line(Tone tone, String text) {}

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("dd MMM", Locale.ENGLISH);
  private static final LocalDate FIRST = LocalDate.of(2001, 2, 1);
  private static final double DAYS = 150;

  private final Screen screen;
  private final List<Line> told = new ArrayList<>();

  Narrator(Screen screen) {
    this.screen = screen;
  }

  void begins() {
    screen.line(Tone.BOLD, "mlops4j quickstart: which flights will be late?");
    screen.line(
        Tone.DIM, "Real US flights of January to June 2001; a model in production, day by day.");
  }

  void deployed(Versions.Published first, Model late, Reference january, int earlierChanges) {
    screen.chapter("1  A model is published and deployed");
    screen.line(Tone.PLAIN, "  registry   " + first);
    if (earlierChanges > 0) {
      screen.line(
          Tone.NOTE,
          "             this registry holds an earlier run with "
              + earlierChanges
              + " changes of the champion; the story starts again");
    }
    screen.line(Tone.PLAIN, "  serves     " + late.servedBy());
    screen.line(Tone.PLAIN, "  signature  " + late.signature());
    screen.line(Tone.PLAIN, "  device     " + late.placement());
    screen.line(Tone.PLAIN, "  watched    against January: " + january);
    screen.chapter("2  Five months pass");
  }

  void on(LocalDate date) {
    screen.progress(ChronoUnit.DAYS.between(FIRST, date) / DAYS, DAY.format(date));
  }

  void swapped(LocalDate date, Versions.Published next, String reason, Answers answers) {
    event(date, Tone.BOLD, next + "; ana makes it the champion: " + reason);
    event(
        date,
        answers.failed() == 0 ? Tone.GOOD : Tone.BAD,
        "swapped under load: %s, %d failed".formatted(shares(answers), answers.failed()));
  }

  private static String shares(Answers answers) {
    return answers.byVersion().entrySet().stream()
        .map(entry -> entry.getValue() + " answers by " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  void planted(LocalDate date) {
    event(date, Tone.NOTE, "PLANTED: in this week all distances are in kilometres");
  }

  void staged(LocalDate date) {
    event(date, Tone.NOTE, "PLANTED: the next version returns the probability of the wrong class");
  }

  void noticed(LocalDate date, Watch.Noticed noticed) {
    Alarm alarm = noticed.alarm();
    String version = alarm.servedBy().version().map(ModelVersion::toString).orElse("a file");
    for (Evidence evidence : alarm.evidence()) {
      event(date, Tone.BAD, "ALARM " + alarm.id() + ", " + version + ": " + evidence.text());
    }
    noticed.rollback().ifPresent(change -> rolledBack(date, change));
  }

  private void rolledBack(LocalDate date, AliasRecord change) {
    event(
        date,
        Tone.GOOD,
        "rolled back to "
            + change.to()
            + " by "
            + change.change().actor()
            + ": "
            + change.change().reason());
  }

  void ends(Outcome outcome, Folders folders) {
    screen.chapter("3  Month by month, features against January");
    screen.table(Tables.months(outcome.months()));
    screen.line(
        Tone.DIM, "  Distances drift in April because of the planted week. All other features are");
    screen.line(
        Tone.DIM, "  stable although the share of late flights changes. Both results are right.");
    screen.chapter("4  The planted week against January");
    screen.table(Tables.drift(outcome.plantedWeek()));
    screen.chapter("5  Changes of the champion");
    screen.table(Tables.history(outcome.history()));
    screen.chapter("6  Files");
    screen.line(Tone.PLAIN, "  report     " + folders.report().toAbsolutePath());
    screen.line(Tone.PLAIN, "  cards      " + folders.cards().toAbsolutePath());
    screen.line(Tone.PLAIN, "  registry   " + folders.registry().toAbsolutePath());
    screen.line(
        outcome.failedRequests() == 0 ? Tone.GOOD : Tone.BAD,
        String.format(
            Locale.ROOT,
            "  %,d predictions, %d requests failed",
            outcome.flights(),
            outcome.failedRequests()));
  }

  private void event(LocalDate date, Tone tone, String text) {
    Line line = new Line(tone, DAY.format(date) + "  " + text);
    told.add(line);
    screen.line(tone, "  " + line.text());
  }

  /** The events so far. */
  List<Line> told() {
    return List.copyOf(told);
  }
}
