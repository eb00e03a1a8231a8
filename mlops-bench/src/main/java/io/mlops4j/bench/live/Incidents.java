package io.mlops4j.bench.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * Sixteen incidents of the flights. Which rows they hit depends on the keys of the rows alone, so
 * that they are the same in every run.
 */
final class Incidents {
  /** The names of all incidents, in their order. */
  static final List<String> NAMES =
      List.of(
          "unit_change",
          "null_surge",
          "swapped_columns",
          "frozen_feature",
          "rounding",
          "new_category",
          "renamed_category",
          "hour_shift",
          "label_shift",
          "label_delay",
          "duplicates",
          "sign_flip",
          "nan_answers",
          "gradual_creep",
          "rare_flag_surge",
          "heavy_tail_shift");

  private static final double KILOMETRES = 1.609344;
  private static final int HOURS = 24;

  private final List<String> airports;

  Incidents(Layout layout) {
    airports = layout.categories().get(layout.category("origin")).values();
  }

  List<Incident> all() {
    return List.of(
        numbers("unit_change", "distance in kilometres", "distance", miles -> miles * KILOMETRES),
        Incident.ofInput(
            "null_surge",
            "a tenth of the origins missing",
            Set.of("origin"),
            (rows, age) -> categories(rows, 0.1, -1)),
        Incident.ofInput(
            "swapped_columns",
            "origin and destination swapped",
            Set.of("origin", "destination"),
            (rows, age) -> swapped(rows)),
        numbers("frozen_feature", "distance the same in all rows", "distance", miles -> 733),
        numbers(
            "rounding",
            "distance in whole hundreds",
            "distance",
            miles -> Math.rint(miles / 100) * 100),
        Incident.ofInput(
            "new_category",
            "2 % of the flights from an airport that never was",
            Set.of("origin"),
            (rows, age) -> categories(rows, 0.02, airports.indexOf(FlightHistory.UNKNOWN))),
        Incident.ofInput(
            "renamed_category",
            "origin ORD, 1 row in 18, is called CHI",
            Set.of("origin"),
            (rows, age) -> renamed(rows)),
        numbers("hour_shift", "one hour late", "hour", hour -> (hour + 1) % HOURS),
        Incident.ofLabels(
            "label_shift",
            "half of the flights in time are labelled as late",
            Set.of("label", "roc_auc", "log_loss", "brier", "accuracy", "calibration", "errors"),
            (rows, age) -> late(rows)),
        Incident.ofLabels(
            "label_delay",
            "labels take twice as long",
            Set.of("label"),
            (rows, age) -> delayed(rows)),
        Incident.ofInput(
            "duplicates",
            "a tenth of the rows sent twice",
            Set.of("duplicate", "flight_id", "rows"),
            (rows, age) -> repeated(rows)),
        Incident.ofInput(
            "sign_flip",
            "5 % of the distances negative",
            Set.of("distance"),
            (rows, age) -> negative(rows)),
        Incident.ofAnswers(
            "nan_answers",
            "5 % of the answers NaN",
            Set.of(Layout.SCORE),
            (rows, age) -> withoutAnswers(rows)),
        new Incident(
            "gradual_creep",
            "distance 2 % longer each day; 0.1 deviations after four days",
            Set.of("distance"),
            Duration.ofDays(4),
            (rows, age) ->
                changed(rows, "distance", miles -> miles * (1 + 0.02 * age / FlightHistory.DAY)),
            (rows, age) -> rows),
        Incident.ofInput(
            "rare_flag_surge",
            "minor in 2 % of the rows instead of 0.1 %",
            Set.of("minor"),
            (rows, age) -> flagged(rows)),
        numbers(
            "heavy_tail_shift",
            "fare, whose logarithm has a deviation of 2, half as high again",
            "fare",
            fare -> fare * 1.5));
  }

  private static Incident numbers(
      String name, String what, String column, DoubleUnaryOperator change) {
    return Incident.ofInput(
        name, what, Set.of(column), (rows, age) -> changed(rows, column, change));
  }

  static Rows changed(Rows rows, String column, DoubleUnaryOperator change) {
    double[] values = rows.number(column);
    Arrays.setAll(values, row -> change.applyAsDouble(values[row]));
    return rows;
  }

  /** Whether a row belongs to a share of all rows, which differs by the purpose. */
  static boolean hit(long key, int purpose, double share) {
    long mixed = (key * 31 + purpose) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
    mixed ^= mixed >>> 32;
    return (mixed >>> 11) * 0x1.0p-53 < share;
  }

  private static Rows categories(Rows rows, double share, int code) {
    int[] origin = rows.category("origin");
    Arrays.setAll(origin, row -> hit(rows.keys[row], 1, share) ? code : origin[row]);
    return rows;
  }

  private Rows renamed(Rows rows) {
    int before = airports.indexOf(FlightHistory.RENAMED);
    int after = airports.indexOf(FlightHistory.NEW_NAME);
    int[] origin = rows.category("origin");
    Arrays.setAll(origin, row -> origin[row] == before ? after : origin[row]);
    return rows;
  }

  private static Rows swapped(Rows rows) {
    int[] origin = rows.category("origin");
    int[] destination = rows.category("destination");
    int[] kept = origin.clone();
    System.arraycopy(destination, 0, origin, 0, origin.length);
    System.arraycopy(kept, 0, destination, 0, kept.length);
    return rows;
  }

  private static Rows late(Rows rows) {
    for (int row = 0; row < rows.size(); row++) {
      if (hit(rows.keys[row], 2, 0.5)) {
        rows.labels[row] = 1;
      }
    }
    return rows;
  }

  private static Rows delayed(Rows rows) {
    for (int row = 0; row < rows.size(); row++) {
      rows.labelled[row] += rows.labelled[row] - rows.seconds[row];
    }
    return rows;
  }

  static Rows repeated(Rows rows) {
    List<Integer> all = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      all.add(row);
      if (hit(rows.keys[row], 3, 0.1)) {
        all.add(row);
      }
    }
    return rows.pick(all.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Rows negative(Rows rows) {
    double[] distance = rows.number("distance");
    Arrays.setAll(distance, row -> hit(rows.keys[row], 4, 0.05) ? -distance[row] : distance[row]);
    return rows;
  }

  private static Rows withoutAnswers(Rows rows) {
    for (int row = 0; row < rows.size(); row++) {
      if (hit(rows.keys[row], 5, 0.05)) {
        rows.scores[row] = Float.NaN;
      }
    }
    return rows;
  }

  private static Rows flagged(Rows rows) {
    double[] minor = rows.number("minor");
    Arrays.setAll(minor, row -> hit(rows.keys[row], 6, 0.019) ? 1 : minor[row]);
    return rows;
  }
}
