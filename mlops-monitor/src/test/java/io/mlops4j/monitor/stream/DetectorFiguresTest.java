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
  private static final int REFERENCE = 5_000;

  /** Each detector with the values that it reads, given a seed for its reference. */
  private static Map<String, LongFunction<ToSignal>> detectors() {
    Map<String, LongFunction<ToSignal>> all = new LinkedHashMap<>();
    all.put(
        "values", seed -> EDetector.expecting(0, -4, 4).withAverageRunLength(BUDGET).start()::add);
    all.put("ranks", DetectorFiguresTest::ranks);
    return all;
  }

  /** Reads the rank of a value among the rows of a reference. */
  private static ToSignal ranks(long seed) {
    double[] reference = Streams.normals(-1 - seed, REFERENCE);
    Arrays.sort(reference);
    EDetector detector =
        EDetector.expecting(0.5, 0, 1).withTolerance(0.0125).withAverageRunLength(BUDGET).start();
    return value -> {
      int found = Arrays.binarySearch(reference, value);
      return detector.add((found < 0 ? -found - 1 : found) / (double) REFERENCE);
    };
  }

  private interface ToSignal {
    Signal add(double value);
  }

  @Test
  void falseAlarmsOfStableStreams() {
    int streams = 50;
    int rows = 100_000;
    Map<String, Integer> alarms = new LinkedHashMap<>();
    for (long seed = 0; seed < streams; seed++) {
      double[] values = Streams.normals(seed, rows);
      for (Map.Entry<String, LongFunction<ToSignal>> each : detectors().entrySet()) {
        ToSignal detector = each.getValue().apply(seed);
        int found =
            (int) Arrays.stream(values).filter(v -> detector.add(v) == Signal.CHANGE).count();
        alarms.merge(each.getKey(), found, Integer::sum);
      }
    }
    alarms.forEach(
        (name, found) ->
            System.out.printf(
                "%s: %d false alarms in %d streams of %d normal rows (seeds 0 to %d)%n",
                name, found, streams, rows, streams - 1));
    // 50 at most are expected; 66 is the 99 % point of a Poisson distribution
    assertThat(alarms.get("values")).isLessThanOrEqualTo(66);
    assertThat(alarms.get("ranks")).isLessThanOrEqualTo(66);
  }

  @Test
  void delaysOfShifts() {
    Map<String, int[]> mostMedians =
        Map.of(
            "values", new int[] {60, 150, 500, 3_500},
            "ranks", new int[] {80, 200, 700, MOST + 1});
    double[] shifts = {1, 0.5, 0.25, 0.1};
    double[][] streams = new double[30][];
    Arrays.setAll(streams, run -> Streams.normals(1_000 + run, STABLE + MOST));
    for (Map.Entry<String, LongFunction<ToSignal>> each : detectors().entrySet()) {
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

  private static int delay(ToSignal detector, double[] values, double shift) {
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
