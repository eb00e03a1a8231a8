package io.mlops4j.bench.live;

import io.mlops4j.bench.truth.Inquiry;
import io.mlops4j.bench.truth.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** How many rows pass before a shift of one of nine columns is noticed. */
final class ShiftDelays implements Inquiry {
  private static final double[] SHIFTS = {1, 0.5, 0.25, 0.1};
  private static final List<String> WATCHERS =
      List.of("ours", "adwin", "ddm", "psi0.10", "psi0.25", "ks05");
  private static final int STREAMS = 20;
  private static final int QUICK_STREAMS = 2;
  private static final long BEFORE = 55_000; // within a window, as shifts are

  /** The rows of a call, to which the monitor's delays are exact. */
  private static final int BATCH = 100;

  private static final long AFTER = 200_000;
  private static final long STEP = 10_000;
  private static final long BUDGET = 1_000_000;

  @Override
  public String name() {
    return "live.delay";
  }

  private static String name(double shift, String watcher) {
    return String.format(Locale.ROOT, "live.delay.%.2f_sigma.%s", shift, watcher);
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (double shift : SHIFTS) {
      WATCHERS.forEach(watcher -> names.add(name(shift, watcher)));
    }
    return names;
  }

  @Override
  public List<Line> run(Look look) {
    List<Line> lines = new ArrayList<>();
    int streams = look.quick() ? QUICK_STREAMS : STREAMS;
    for (double shift : SHIFTS) {
      List<Map<String, Double>> all =
          IntStream.range(0, streams)
              .parallel()
              .mapToObj(
                  number -> delays(new SplittableRandom(look.seed() + 31L * number).split(), shift))
              .toList();
      look.says().accept(name() + ": shift of " + shift);
      for (String watcher : WATCHERS) {
        double[] delays = all.stream().mapToDouble(one -> one.get(watcher)).toArray();
        long found = IntStream.range(0, streams).filter(i -> !Double.isNaN(delays[i])).count();
        lines.add(
            Line.shown(
                name(shift, watcher),
                PlantedIncidents.median(delays),
                String.format(
                    Locale.ROOT,
                    "rows in the median of the %d of %d that were found within %d rows",
                    found,
                    streams,
                    AFTER)));
      }
    }
    return lines;
  }

  /** Rows until a notice names the column; NaN if none does. */
  private static Map<String, Double> delays(SplittableRandom random, double shift) {
    Map<String, Double> delays = new LinkedHashMap<>();
    StreamSource source = new MadeStream(random, shift, StreamSetup.REFERENCE + BEFORE);
    try (StreamSetup setup = new StreamSetup(source, BATCH)) {
      List<Watcher> watchers = new ArrayList<>();
      watchers.add(setup.ours(BUDGET, false));
      watchers.addAll(setup.peers());
      setup.run(watchers, BEFORE);
      WATCHERS.forEach(watcher -> delays.put(watcher, Double.NaN));
      for (long passed = 0; passed < AFTER && anyMissing(delays); passed += STEP) {
        setup.run(watchers, STEP);
        watchers.forEach(watcher -> delays.put(watcher.name(), delay(watcher)));
      }
      watchers.forEach(Watcher::close);
    }
    return delays;
  }

  private static boolean anyMissing(Map<String, Double> delays) {
    return delays.values().stream().anyMatch(delay -> Double.isNaN(delay));
  }

  private static double delay(Watcher watcher) {
    int late = watcher instanceof Ours ? BATCH : 0; // it counts the rows before a call
    return watcher.notices().stream()
        .filter(notice -> notice.row() + late > BEFORE)
        .filter(notice -> notice.subjects().contains(MadeStream.SHIFTED))
        .mapToDouble(notice -> notice.row() - BEFORE + late)
        .findFirst()
        .orElse(Double.NaN);
  }
}
