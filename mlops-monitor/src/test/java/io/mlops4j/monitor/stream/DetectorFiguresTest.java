package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Measures and prints the figures of the guide: false alarms, and delays of detection. */
class DetectorFiguresTest {
  private static final double BUDGET = 100_000;
  private static final int STABLE = 10_000;
  private static final int MOST = 20_000;

  /** Each detector, given a seed for its reference. */
  private static Map<String, LongFunction<ChangeDetector>> detectors() {
    Map<String, LongFunction<ChangeDetector>> all = new LinkedHashMap<>();
    EDetector.Settings bets = EDetector.expecting(0, -4, 4).withAverageRunLength(BUDGET);
    all.put("EDetector", seed -> bets.start());
    all.put("EDetector CUSUM", seed -> bets.with(EDetector.Procedure.CUSUM).start());
    ConformalMartingale.Settings martingale = ConformalMartingale.withDefaults();
    all.put(
        "ConformalMartingale run length",
        seed -> binned(martingale.withAverageRunLength(BUDGET), seed));
    all.put("ConformalMartingale alpha 0.01", seed -> binned(martingale, seed));
    all.put("Adwin", seed -> Adwin.withDefaults().start());
    return all;
  }

  private static ChangeDetector binned(ConformalMartingale.Settings settings, long seed) {
    return Streams.binned(settings.withSeed(seed), Streams.normals(-1 - seed, 5_000));
  }

  @Test
  void falseAlarmsOfStableStreams() {
    int streams = 50;
    int rows = 100_000;
    Map<String, Integer> alarms = new LinkedHashMap<>();
    for (long seed = 0; seed < streams; seed++) {
      double[] values = Streams.normals(seed, rows);
      for (Map.Entry<String, LongFunction<ChangeDetector>> each : detectors().entrySet()) {
        ChangeDetector detector = each.getValue().apply(seed);
        int found = Streams.places(detector, values, Signal.CHANGE).size();
        alarms.merge(each.getKey(), found, Integer::sum);
      }
    }
    alarms.forEach(
        (name, found) ->
            System.out.printf(
                "%s: %d false alarms in %d streams of %d normal rows (seeds 0 to %d)%n",
                name, found, streams, rows, streams - 1));
    // 50 at most are expected; 66 is the 99 % point of a Poisson distribution
    assertThat(alarms.get("EDetector")).isLessThanOrEqualTo(66);
    assertThat(alarms.get("EDetector CUSUM")).isLessThanOrEqualTo(20);
    assertThat(alarms.get("ConformalMartingale run length")).isLessThanOrEqualTo(66);
    assertThat(alarms.get("ConformalMartingale alpha 0.01")).isLessThanOrEqualTo(3);
  }

  @Test
  void delaysOfShifts() {
    Map<String, int[]> mostMedians =
        Map.of(
            "EDetector", new int[] {60, 150, 500, 3_500},
            "EDetector CUSUM", new int[] {60, 180, 700, 4_000},
            "ConformalMartingale run length", new int[] {80, 200, 700, MOST + 1},
            "Adwin", new int[] {64, 160, 600, 4_000});
    double[] shifts = {1, 0.5, 0.25, 0.1};
    double[][] streams = new double[30][];
    Arrays.setAll(streams, run -> Streams.normals(1_000 + run, STABLE + MOST));
    for (Map.Entry<String, LongFunction<ChangeDetector>> each : detectors().entrySet()) {
      StringBuilder line = new StringBuilder();
      for (int k = 0; k < shifts.length; k++) {
        int[] delays = new int[streams.length];
        for (int run = 0; run < delays.length; run++) {
          delays[run] = delay(each.getValue().apply(run), streams[run], shifts[k]);
        }
        Arrays.sort(delays);
        int median = delays[15];
        line.append(median > MOST ? " none" : " " + median);
        if (mostMedians.containsKey(each.getKey())) {
          assertThat(median)
              .as("%s, shift %s", each.getKey(), shifts[k])
              .isLessThanOrEqualTo(mostMedians.get(each.getKey())[k]);
        }
      }
      System.out.printf(
          "%s: median delays of shifts of 1, 0.5, 0.25 and 0.1 deviations after %d rows:%s%n",
          each.getKey(), STABLE, line);
    }
  }

  private static int delay(ChangeDetector detector, double[] values, double shift) {
    for (int i = 0; i < values.length; i++) {
      double value = values[i] + (i < STABLE ? 0 : shift);
      boolean change = detector.add(value) == Signal.CHANGE;
      if (change && i >= STABLE) {
        return i - STABLE + 1;
      }
    }
    return MOST + 1;
  }
}
