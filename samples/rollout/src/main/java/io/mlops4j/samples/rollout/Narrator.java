package io.mlops4j.samples.rollout;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.RolloutStatus;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** Prints the story, one line for each event, and the timeline at its end. */
final class Narrator {
  private static final int WIDTH = 108;

  private final PrintStream out;

  Narrator(PrintStream out) {
    this.out = out;
  }

  /** A text of several lines, each below the first. */
  private void line(Object when, String text) {
    StringBuilder row = new StringBuilder("%-10s ".formatted(when));
    int wide = 0;
    for (String word : text.split(" ", -1)) {
      if (wide + word.length() >= WIDTH) {
        out.println(row);
        row = new StringBuilder(" ".repeat(11));
        wide = 0;
      }
      row.append(' ').append(word);
      wide += 1 + word.length();
    }
    out.println(row);
  }

  void begins(ModelVersion first) {
    out.println("Two challengers of a live model, on real flights of February and March 2001");
    out.println();
    line("champion", first + " answers all flights");
  }

  void changed(LocalDate day, RolloutStatus status) {
    line(day, Timeline.text(status));
    if (status.state() != RolloutStatus.State.PROMOTED) { // that of the step before
      status.evidence().forEach(one -> line("", one.text()));
    }
  }

  void waits(LocalDate day, Verdict verdict) {
    line(
        day,
        "not enough evidence yet: " + verdict.evidence().get(verdict.evidence().size() - 1).text());
  }

  void ended(Outcome outcome, List<AliasRecord> history) {
    out.println();
    out.println("Who answered: each digit is a version; days like the day before are left out");
    String before = "";
    for (List<String> row : Timeline.rows(outcome)) {
      if (!row.get(1).equals(before) || !row.get(2).isEmpty()) {
        out.println(String.join("  ", row).stripTrailing());
      }
      before = row.get(1);
    }
    out.println();
    for (AliasRecord record : history) {
      line(
          "champion",
          "-> %s by %s: %s"
              .formatted(record.to(), record.change().actor(), record.change().reason()));
    }
  }

  void drawn(Path page) {
    out.println();
    line("page", page.toString());
  }
}
