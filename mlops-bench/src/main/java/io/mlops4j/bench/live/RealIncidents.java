package io.mlops4j.bench.live;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** The incidents of the further real rows, five each. */
final class RealIncidents {
  private static final double FIFTH = 0.2;
  private static final double METRES = 0.3048;

  private RealIncidents() {}

  static List<Incident> air() {
    return List.of(
        numbers("unit", "pm10 in milligrams", "pm10", pm10 -> pm10 / 1000),
        missing("a fifth of pm10 missing", "pm10"),
        numbers("frozen", "pm10 the same in all rows", "pm10", pm10 -> 15),
        swapped("lon", "lat"),
        Incident.ofInput(
            "duplicates",
            "a tenth of the rows sent twice",
            Set.of("duplicate", "rows"),
            (rows, age) -> Incidents.repeated(rows)));
  }

  static List<Incident> lakers() {
    return List.of(
        numbers("unit", "court_x in whole metres", "court_x", feet -> Math.rint(feet * METRES)),
        missing("a fifth of the teams missing", "team"),
        numbers("frozen", "points the same in all rows", "points", points -> 0),
        swapped("court_x", "court_y"),
        Incident.ofInput(
            "renamed",
            "etype foul, 1 row in 10, has another name",
            Set.of("etype"),
            (rows, age) -> renamed(rows, "etype", "foul")));
  }

  private static Incident numbers(
      String name, String what, String column, DoubleUnaryOperator change) {
    return Incident.ofInput(
        name, what, Set.of(column), (rows, age) -> Incidents.changed(rows, column, change));
  }

  private static Incident swapped(String one, String other) {
    return Incident.ofInput(
        "swapped",
        one + " and " + other + " swapped",
        Set.of(one, other),
        (rows, age) -> {
          double[] kept = rows.number(one).clone();
          System.arraycopy(rows.number(other), 0, rows.number(one), 0, kept.length);
          System.arraycopy(kept, 0, rows.number(other), 0, kept.length);
          return rows;
        });
  }

  private static Incident missing(String what, String column) {
    return Incident.ofInput("nulls", what, Set.of(column), (rows, age) -> without(rows, column));
  }

  private static Rows without(Rows rows, String column) {
    boolean number = rows.layout.category(column) < 0;
    for (int row = 0; row < rows.size(); row++) {
      if (Incidents.hit(rows.keys[row], 1, FIFTH)) {
        if (number) {
          rows.number(column)[row] = Double.NaN;
        } else {
          rows.category(column)[row] = -1;
        }
      }
    }
    return rows;
  }

  private static Rows renamed(Rows rows, String column, String value) {
    List<String> values = rows.layout.categories().get(rows.layout.category(column)).values();
    int before = values.indexOf(value);
    int after = values.indexOf(RealRows.RENAMED);
    int[] codes = rows.category(column);
    Arrays.setAll(codes, row -> codes[row] == before ? after : codes[row]);
    return rows;
  }
}
