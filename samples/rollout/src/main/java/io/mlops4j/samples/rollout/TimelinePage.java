package io.mlops4j.samples.rollout;

import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.runtime.deployment.RolloutStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The timeline as one page that loads nothing else and fits a phone. */
final class TimelinePage {
  private TimelinePage() {}

  static void write(Path file, Outcome outcome, List<AliasRecord> history) throws IOException {
    int flights = outcome.days.stream().mapToInt(Outcome.Day::flights).sum();
    HtmlReport.Builder page =
        HtmlReport.builder("Two challengers of a live model")
            .paragraph(
                "%d real flights of February and March 2001. A gate compared failures and late labels of each challenger with those of the champion."
                    .formatted(flights))
            .heading("What happened");
    for (Outcome.Event event : outcome.events) {
      page.notice(tone(event.status()), event.date() + ": " + Timeline.text(event.status()));
    }
    page.heading("Who answered")
        .table(
            "Each digit is a version, as often as its share of the day's flights",
            List.of("day", "versions", "flights by version", "rollout"),
            days(outcome))
        .heading("Evidence")
        .table(
            "What each judgement was based on",
            List.of("day", "rollout", "figure", "evidence"),
            evidence(outcome))
        .heading("Changes of the champion")
        .table(
            "The records of the alias: its audit log",
            List.of("record", "version", "by", "because"),
            history.stream().map(TimelinePage::row).toList());
    page.build().write(file);
  }

  private static HtmlReport.Tone tone(RolloutStatus status) {
    return switch (status.state()) {
      case PROMOTED -> HtmlReport.Tone.GOOD;
      case ROLLED_BACK, ABORTED -> HtmlReport.Tone.ALARM;
      default -> HtmlReport.Tone.NEUTRAL;
    };
  }

  private static List<List<String>> days(Outcome outcome) {
    List<List<String>> bars = Timeline.rows(outcome);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < bars.size(); i++) {
      List<String> bar = bars.get(i);
      rows.add(List.of(bar.get(0), bar.get(1), Timeline.counts(outcome.days.get(i)), bar.get(2)));
    }
    return rows;
  }

  private static List<List<String>> evidence(Outcome outcome) {
    List<List<String>> rows = new ArrayList<>();
    for (Outcome.Event event : outcome.events) {
      for (Evidence one : event.status().evidence()) {
        rows.add(
            List.of(
                event.date().toString(), Timeline.text(event.status()), one.name(), one.text()));
      }
    }
    return rows;
  }

  private static List<String> row(AliasRecord record) {
    return List.of(
        Long.toString(record.number()),
        String.valueOf(record.to()),
        record.change().actor(),
        record.change().reason());
  }
}
