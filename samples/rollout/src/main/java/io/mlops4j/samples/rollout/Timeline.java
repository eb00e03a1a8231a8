package io.mlops4j.samples.rollout;

import io.mlops4j.runtime.deployment.RolloutStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The days as rows: which version answered how many flights, and what changed. */
final class Timeline {
  private static final int BAR = 20;

  private Timeline() {}

  /** The state of a rollout in one sentence. */
  static String text(RolloutStatus status) {
    int steps = status.plan().shares().size();
    String share = "%.0f %% of the flights".formatted(100 * status.share());
    return switch (status.state()) {
      case RUNNING ->
          "%s: step %d of %d, %s".formatted(status.candidate(), status.step(), steps, share);
      case AWAITING_APPROVAL -> status.candidate() + ": all steps passed; waits for an approval";
      case PROMOTING -> status.candidate() + ": about to be promoted";
      case PROMOTED -> status.candidate() + ": promoted by " + status.change().actor();
      case ROLLED_BACK -> status.candidate() + ": rolled back by " + status.change().actor();
      case ABORTED -> status.candidate() + ": aborted by " + status.change().actor();
    };
  }

  /** Day, a bar of the versions, and what changed that day. */
  static List<List<String>> rows(Outcome outcome) {
    List<List<String>> rows = new ArrayList<>();
    for (Outcome.Day day : outcome.days) {
      List<String> news =
          outcome.events.stream()
              .filter(event -> event.date().equals(day.date()))
              .map(event -> text(event.status()))
              .toList();
      rows.add(List.of(day.date().toString(), bar(day), String.join("; ", news)));
    }
    return rows;
  }

  /** Each version has its digit, as often as its share of the flights. */
  static String bar(Outcome.Day day) {
    StringBuilder bar = new StringBuilder();
    int before = 0;
    for (int version : new TreeSet<>(day.answered().keySet())) {
      before += day.by(version);
      int end = Math.round((float) BAR * before / day.flights());
      bar.append(String.valueOf(version).repeat(Math.max(0, end - bar.length())));
    }
    return bar.toString();
  }

  /** The flights of each version, such as "1: 640, 2: 164". */
  static String counts(Outcome.Day day) {
    List<String> counts = new ArrayList<>();
    day.answered()
        .forEach(
            (version, flights) ->
                counts.add(String.format(Locale.ROOT, "%d: %d", version, flights)));
    return String.join(", ", counts);
  }
}
