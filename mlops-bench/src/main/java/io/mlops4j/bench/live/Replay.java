package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Passes flights in true order to watchers, hour by hour, each label when it is known, with an
 * incident from a day on.
 */
final class Replay {
  private static final int MOST = 1000;
  private static final long HOUR = 3600;

  private final FlightHistory flights;
  private final FlightModel model;
  private final Batches batches;
  private final List<? extends Watcher> watchers;

  /** Labels by the hour in which they are told. */
  private final TreeMap<Long, List<long[]>> waiting = new TreeMap<>();

  Replay(
      FlightHistory flights, FlightModel model, Batches batches, List<? extends Watcher> watchers) {
    this.flights = flights;
    this.model = model;
    this.batches = batches;
    this.watchers = watchers;
  }

  /**
   * Runs.
   *
   * @param from the first day
   * @param to the day after the last
   * @param incident null for none
   * @param onset the day on which it begins
   */
  void run(LocalDate from, LocalDate to, @Nullable Incident incident, LocalDate onset) {
    long begin = onset.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    int end = flights.first(to);
    for (int at = flights.first(from); at < end; ) {
      int next = Math.min(end, flights.endOfHour(at, MOST));
      Rows rows = flights.rows(at, next);
      long age = rows.seconds[0] - begin;
      tell(Math.floorDiv(rows.seconds[0], HOUR));
      answer(rows, age < 0 ? null : incident, age);
      at = next;
    }
  }

  private void answer(Rows original, @Nullable Incident incident, long age) {
    Rows rows = incident == null ? original : incident.input().change(original, age);
    try (FeatureBatch features = batches.features(rows)) {
      model.answer(rows, features);
      rows = incident == null ? rows : incident.output().change(rows, age);
      try (FeatureBatch answers = batches.answers(rows)) {
        long second = rows.seconds[rows.size() - 1];
        for (Watcher watcher : watchers) {
          watcher.answered(rows, features, answers, second);
        }
      }
    }
    remember(rows);
  }

  private void remember(Rows rows) {
    for (int row = 0; row < rows.size(); row++) {
      if (row > 0 && rows.keys[row] == rows.keys[row - 1]) {
        continue; // sent twice, flown once
      }
      waiting
          .computeIfAbsent(Math.floorDiv(rows.labelled[row], HOUR) + 1, absent -> new ArrayList<>())
          .add(
              new long[] {
                rows.keys[row], rows.labels[row], Float.floatToIntBits(rows.scores[row])
              });
    }
  }

  private void tell(long hour) {
    while (!waiting.isEmpty() && waiting.firstKey() <= hour) {
      long known = waiting.firstKey();
      List<long[]> all = waiting.pollFirstEntry().getValue();
      Labels labels = new Labels(all.size());
      for (int i = 0; i < labels.size(); i++) {
        long[] one = all.get(i);
        labels.set(i, one[0], (int) one[1], Float.intBitsToFloat((int) one[2]));
      }
      for (Watcher watcher : watchers) {
        watcher.labelled(labels, known * HOUR);
      }
    }
  }
}
