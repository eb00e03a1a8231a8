package io.mlops4j.samples.monitoring;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** Prints the story, one line for each event. */
final class Narrator {
  private static final int WIDTH = 108;

  private final PrintStream out;

  Narrator(PrintStream out) {
    this.out = out;
  }

  /** A text of several lines, each below the first. */
  private void line(Object when, String text) {
    StringBuilder row = new StringBuilder("%-11s ".formatted(when));
    int wide = 0;
    for (String word : text.split(" ", -1)) {
      if (wide + word.length() >= WIDTH) {
        out.println(row);
        row = new StringBuilder(" ".repeat(12));
        wide = 0;
      }
      row.append(' ').append(word);
      wide += 1 + word.length();
    }
    out.println(row);
  }

  void begins(Reference january) {
    out.println("Two months of real flights, watched");
    out.println();
    line("reference", january.toString());
  }

  void day(LocalDate day) {
    for (Planted change : Planted.values()) {
      if (change.from.equals(day)) {
        line(day, "PLANTED: " + change.what);
      } else if (change.to.plusDays(1).equals(day)) {
        line(day, "the planted change of " + change.column + " is over");
      }
    }
    if (Story.WRONG_VERSION.equals(day)) {
      line(day, "PLANTED: a version goes live that was exported with the wrong class");
    }
  }

  void alarm(LocalDate day, Alarm alarm) {
    for (Evidence found : alarm.evidence()) {
      line(day, alarm.id() + " of " + alarm.incident().id() + ": " + found.text());
    }
  }

  void rolledBack(LocalDate day, AliasRecord back) {
    line(
        day,
        "%s rolled back to %s because of %s"
            .formatted(back.change().actor(), back.to(), back.change().reason()));
  }

  void ended(Outcome outcome) {
    out.println();
    line(
        "flights",
        "%d predicted, %d in the log, %d lost"
            .formatted(
                outcome.flights,
                outcome.log().acknowledged(),
                outcome.log().dropped() + outcome.log().failed()));
    line("champion", outcome.performance().toString());
    for (Incident incident : outcome.incidents()) {
      out.println();
      line(
          incident.id(),
          "from %s to %s".formatted(day(incident.opened()), day(incident.updated())));
      for (Incident.Finding found : incident.findings()) {
        line(found.kind().name().toLowerCase(Locale.ROOT), found.worst().text());
      }
    }
  }

  void answered(Outcome outcome) {
    Outcome.Later later = outcome.later();
    out.println();
    line("later", "a passenger of " + later.one().keys().get(Story.KEY) + " complains");
    line("", "predicted " + later.one().outputs() + " from " + later.one().features());
    line("", "by " + later.one().servedBy() + ", which " + alias(later) + " had made champion");
    line(
        "",
        "all %d predictions of that version, computed again: %d equal to the bit"
            .formatted(later.ofVersion(), later.replay().equal()));
    line("", "the passenger asks to be forgotten: " + later.erasure().rows() + " row erased");
  }

  void drawn(Path page) {
    out.println();
    line("page", page.toString());
  }

  private static LocalDate day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  private static String alias(Outcome.Later later) {
    return later.one().servedBy().alias().orElseThrow().change().actor();
  }
}
