package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * ADWIN as Bifet and Gavaldà have it (delta 0.002), one for each column. Numbers are mapped to 0 to
 * 1 by the reference's 0.1 % and 99.9 % points; a category counts as its share in the reference. A
 * column is announced at most once in 20 000 rows, because a change of a mean is often cut in
 * steps.
 */
final class AdwinPeer implements Watcher {
  private static final int AGAIN = 20_000;

  /** Maps numbers and categories; shared by any number of peers. */
  static final class Scales {
    private final Map<String, double[]> ranges = new LinkedHashMap<>();
    private final Map<String, double[]> shares = new LinkedHashMap<>();

    Scales(Iterable<Rows> reference) {
      Columns all = new Columns();
      reference.forEach(all::add);
      all.forEachNumber(
          (name, values) -> {
            double[] sorted = PsiRule.present(values);
            Arrays.sort(sorted);
            double low = sorted[(int) (0.001 * (sorted.length - 1))];
            double high = sorted[(int) (0.999 * (sorted.length - 1))];
            ranges.put(name, new double[] {low, high > low ? high : low + 1});
          });
      all.forEachCategory(
          (name, codes) -> {
            double[] share = new double[Arrays.stream(codes).max().orElse(0) + 1];
            for (int code : codes) {
              if (code >= 0) {
                share[code] += 1.0 / codes.length;
              }
            }
            shares.put(name, share);
          });
    }

    private static double scaled(double value, double[] range) {
      return Double.isNaN(value)
          ? value
          : Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0])));
    }
  }

  private final Scales scales;
  private final Map<String, Adwin> detectors = new LinkedHashMap<>();
  private final Map<String, Long> announced = new LinkedHashMap<>();
  private final List<Notice> notices = new ArrayList<>();
  private long rows;

  AdwinPeer(Scales scales) {
    this.scales = scales;
    scales.ranges.keySet().forEach(name -> detectors.put(name, new Adwin()));
    scales.shares.keySet().forEach(name -> detectors.put(name, new Adwin()));
  }

  @Override
  public String name() {
    return "adwin";
  }

  @Override
  public void answered(Rows more, FeatureBatch features, FeatureBatch answers, long second) {
    for (int i = 0; i < more.numbers.length; i++) {
      numbers(more.layout.numbers().get(i).name(), more.numbers[i], second);
    }
    numbers(Layout.SCORE, more.answers(), second);
    for (int i = 0; i < more.codes.length; i++) {
      categories(more.layout.categories().get(i).name(), more.codes[i], second);
    }
    rows += more.size();
  }

  private void numbers(String name, double[] values, long second) {
    double[] range = Objects.requireNonNull(scales.ranges.get(name));
    Adwin detector = Objects.requireNonNull(detectors.get(name));
    for (int row = 0; row < values.length; row++) {
      if (detector.changes(Scales.scaled(values[row], range))) {
        announce(name, rows + row + 1, second);
      }
    }
  }

  private void categories(String name, int[] codes, long second) {
    double[] share = Objects.requireNonNull(scales.shares.get(name));
    Adwin detector = Objects.requireNonNull(detectors.get(name));
    for (int row = 0; row < codes.length; row++) {
      int code = codes[row];
      if (detector.changes(code < 0 || code >= share.length ? 0 : share[code])) {
        announce(name, rows + row + 1, second);
      }
    }
  }

  private void announce(String name, long row, long second) {
    Long last = announced.put(name, row);
    if (last == null || row - last > AGAIN) {
      notices.add(new Notice(row, Instant.ofEpochSecond(second), "DRIFT", List.of(name)));
    }
  }

  @Override
  public List<Notice> notices() {
    return List.copyOf(notices);
  }
}
