package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A rule that is asked window by window. As from a vendor who thinks of the people on call: a
 * column that has drifted is not announced again before two windows in a row were quiet, and
 * windows are compared with the same season.
 */
final class WindowedPeer implements Watcher {
  private static final int QUIET = 2;

  /** The prepared reference: shared by any number of peers. */
  static final class Reference {
    private final WindowRule rule;
    private final Windows windows;
    private final Map<String, Map<String, Predicate<double[]>>> numbers = new HashMap<>();
    private final Map<String, Map<String, Predicate<int[]>>> categories = new HashMap<>();

    /**
     * Prepares a rule.
     *
     * @param most rows of a season that the rule gets, evenly spread
     */
    Reference(WindowRule rule, Windows windows, Iterable<Rows> reference, int most) {
      this.rule = rule;
      this.windows = windows;
      Map<String, Columns> seasons = new HashMap<>();
      for (Rows rows : reference) {
        seasons
            .computeIfAbsent(windows.season().apply(rows.seconds[0]), absent -> new Columns())
            .add(rows);
      }
      seasons.forEach(
          (season, columns) -> {
            Map<String, Predicate<double[]>> ofNumbers = new LinkedHashMap<>();
            Map<String, Predicate<int[]>> ofCategories = new LinkedHashMap<>();
            columns.forEachNumber(
                (name, values) -> ofNumbers.put(name, rule.numbers(Thinned.of(values, most))));
            columns.forEachCategory(
                (name, codes) -> ofCategories.put(name, rule.categories(Thinned.of(codes, most))));
            numbers.put(season, ofNumbers);
            categories.put(season, ofCategories);
          });
    }

    Set<String> drifted(long second, Columns window) {
      String season = windows.season().apply(second);
      Set<String> drifted = new TreeSet<>();
      window.forEachNumber(
          (name, values) -> {
            Predicate<double[]> column = numbers.getOrDefault(season, Map.of()).get(name);
            if (column != null && column.test(values)) {
              drifted.add(name);
            }
          });
      window.forEachCategory(
          (name, codes) -> {
            Predicate<int[]> column = categories.getOrDefault(season, Map.of()).get(name);
            if (column != null && column.test(codes)) {
              drifted.add(name);
            }
          });
      return drifted;
    }
  }

  private final Reference reference;
  private final Columns window = new Columns();
  private final Map<String, Integer> open = new HashMap<>();
  private final List<Notice> notices = new ArrayList<>();
  private long begin;
  private long rows;

  WindowedPeer(Reference reference) {
    this.reference = reference;
  }

  @Override
  public String name() {
    return reference.rule.name();
  }

  @Override
  public void answered(Rows more, FeatureBatch features, FeatureBatch answers, long second) {
    if (window.rows() > 0 && reference.windows.endsBefore(begin, second)) {
      end(second);
    }
    begin = window.rows() == 0 ? second : begin;
    window.add(more);
    rows += more.size();
    if (reference.windows.isFullOf(window.rows())) {
      end(second);
    }
  }

  private void end(long second) {
    Set<String> drifted = reference.drifted(begin, window);
    window.clear();
    List<String> news = drifted.stream().filter(name -> !open.containsKey(name)).toList();
    if (!news.isEmpty()) {
      notices.add(new Notice(rows, Instant.ofEpochSecond(second), "DRIFT", news));
    }
    drifted.forEach(name -> open.put(name, 0));
    open.entrySet().removeIf(one -> !drifted.contains(one.getKey()) && isQuiet(one));
  }

  private static boolean isQuiet(Map.Entry<String, Integer> one) {
    one.setValue(one.getValue() + 1);
    return one.getValue() >= QUIET;
  }

  @Override
  public List<Notice> notices() {
    return List.copyOf(notices);
  }
}
