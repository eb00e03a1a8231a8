package io.mlops4j.samples.quickstart;

import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.samples.quickstart.Table.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;

/** The report: one page that loads nothing else and fits a phone. */
final class StoryPage {
  private StoryPage() {}

  static void write(Folders folders, Outcome outcome, List<Narrator.Line> told) throws IOException {
    HtmlReport.Builder page =
        HtmlReport.builder("mlops4j quickstart: which flights will be late?")
            .paragraph(
                String.format(
                    Locale.ROOT,
                    "Real US flights of 2001: %,d predictions, %d requests failed.",
                    outcome.flights(),
                    outcome.failedRequests()))
            .heading("What happened");
    told.forEach(line -> page.notice(tone(line.tone()), line.text()));
    table(
        page.heading("Month by month"),
        "Features against January",
        Tables.months(outcome.months()));
    table(
        page.heading("Changes of the champion"),
        "The records of the alias: its audit log",
        Tables.history(outcome.history()));
    page.drift("The planted week against January", outcome.plantedWeek());
    Files.createDirectories(folders.output());
    page.build().write(folders.report());
  }

  private static HtmlReport.Tone tone(Screen.Tone tone) {
    return switch (tone) {
      case GOOD -> HtmlReport.Tone.GOOD;
      case BAD -> HtmlReport.Tone.ALARM;
      default -> HtmlReport.Tone.NEUTRAL;
    };
  }

  private static void table(HtmlReport.Builder page, String caption, Table table) {
    List<List<String>> rows =
        table.rows().stream().map(row -> row.stream().map(Cell::text).toList()).toList();
    page.table(caption, rows.get(0), rows.subList(1, rows.size()));
  }
}
