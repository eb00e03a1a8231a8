package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.DataException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class EDetectorTest {

  /** The definition: for each bet, sums of the products of L that begin at each row. */
  @Test
  void evidenceIsTheSumOfProducts() {
    double m = 0.3;
    double d = 0.05;
    EDetector detector =
        EDetector.expecting(m, 0, 1).withSmallestChange(d).withAverageRunLength(1e100).start();
    double[] values = new SplittableRandom(1).doubles(200).toArray();
    for (int t = 0; t < values.length; t++) {
      detector.add(values[t]);
      double up = evidence(values, t, m, d, z -> z);
      double down = evidence(values, t, 1 - m, d, z -> 1 - z);
      assertThat(detector.evidenceOfIncrease()).isCloseTo(up, within(1e-9 * up));
      assertThat(detector.evidenceOfDecrease()).isCloseTo(down, within(1e-9 * down));
      assertThat(detector.evidence()).isCloseTo((up + down) / 2, within(1e-9 * (up + down)));
    }
  }

  private static double evidence(
      double[] values, int last, double m, double d, java.util.function.DoubleUnaryOperator side) {
    List<Double> odds = new ArrayList<>();
    for (double next = m * d / (0.25 + d * d); ; next *= 2) {
      odds.add(next);
      if (next >= m / d) {
        break;
      }
    }
    double total = 0;
    for (double each : odds) {
      double b = each / (1 + each);
      double product = 1;
      double sum = 0;
      for (int from = last; from >= 0; from--) {
        product *= 1 + b * (side.applyAsDouble(values[from]) / m - 1);
        sum += product;
      }
      total += sum;
    }
    return total / odds.size();
  }

  /** Values are 0 or 1, uniform, or dependent on the past; in all, the mean given the past is m. */
  @Test
  void falseAlarmsAreAtLeastTheStatedNumberOfRowsApart() {
    double length = 1_000;
    for (double m : new double[] {0.02, 0.5, 0.9}) {
      for (String kind : List.of("bernoulli", "uniform", "dependent")) {
        SplittableRandom random = new SplittableRandom(9);
        double[] before = {m};
        DoubleSupplier values =
            () -> {
              double u = random.nextDouble();
              double narrow = Math.min(m, 1 - m);
              before[0] =
                  switch (kind) {
                    case "bernoulli" -> u < m ? 1 : 0;
                    case "uniform" -> m + narrow * (2 * u - 1);
                    default -> before[0] > m ? (u < m ? 1 : 0) : m + narrow * (u - 0.5);
                  };
              return before[0];
            };
        EDetector detector = EDetector.expecting(m, 0, 1).withAverageRunLength(length).start();
        int runs = 400;
        long rows = 0;
        for (int run = 0; run < runs; run++) {
          detector.reset();
          rows += Streams.rowsToChange(detector, values, 10_000);
        }
        System.out.printf(
            "e-detector, run length 1000, %s mean %s: measured %d, cut at 10000%n",
            kind, m, rows / runs);
        // run lengths vary like an exponential distribution: a standard error is 50 rows
        assertThat(rows / (double) runs).isGreaterThan(length - 150);
      }
    }
  }

  /** All values are 1, so L = 1 + b (1 / m - 1) each time and M a geometric series. */
  @Test
  void sumsAGeometricSeriesOfAConstant() {
    EDetector detector =
        EDetector.expecting(0.5, 0, 1).withSmallestChange(0.5).withAverageRunLength(1e100).start();
    // odds from 0.5 to 1: b = 1/3 and 1/2, L = 4/3 and 3/2
    double first = 0;
    double second = 0;
    int row = 0;
    while ((first + second) / 2 < 1e6) {
      row++;
      first = 4 * (Math.pow(4 / 3.0, row) - 1);
      second = 3 * (Math.pow(1.5, row) - 1);
      detector.add(1);
      assertThat(detector.evidenceOfIncrease())
          .isCloseTo((first + second) / 2, within(1e-9 * second));
      assertThat(detector.evidenceOfDecrease()).isLessThan(2); // of L = 2/3 and 1/2
    }
  }

  @Test
  void findsTheSameChangesUpAndDown() {
    EDetector up = EDetector.expecting(0, -4, 4).withAverageRunLength(10_000).start();
    EDetector down = EDetector.expecting(0, -4, 4).withAverageRunLength(10_000).start();
    int changes = 0;
    for (double value : Streams.shifted(3, 20_000, 10_000, 0.25)) {
      Signal signal = up.add(value);
      assertThat(down.add(-value)).isEqualTo(signal);
      assertThat(down.evidenceOfIncrease())
          .isCloseTo(up.evidenceOfDecrease(), within(1e-6 * (1 + up.evidence())));
      changes += signal == Signal.CHANGE ? 1 : 0;
    }
    assertThat(changes).isPositive();
  }

  @Test
  void toleratesMeansNearTheExpectedOne() {
    EDetector.Settings settings = EDetector.expecting(0.5, 0, 1).withTolerance(0.02);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.52, 100_000)).isEqualTo(100_001);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.48, 100_000)).isEqualTo(100_001);
    assertThat(Streams.rowsToChange(settings.start(), () -> 0.54, 10_000)).isLessThan(10_000);
  }

  @Test
  void valuesBeyondTheBoundsCountAsTheBounds() {
    EDetector clipped = EDetector.expecting(20, 10, 40).start();
    EDetector bounded = EDetector.expecting(20, 10, 40).start();
    double[][] pairs = {{-1e308, 10}, {1e308, 40}, {1 / 0.0, 40}, {-1 / 0.0, 10}, {41, 40}};
    for (double[] pair : pairs) {
      assertThat(clipped.add(pair[0])).isEqualTo(bounded.add(pair[1]));
      assertThat(clipped.toBytes()).isEqualTo(bounded.toBytes());
    }
  }

  @Test
  void warnsAtTheSquareRootOfTheRunLength() {
    EDetector detector = EDetector.expecting(0.5, 0, 1).withAverageRunLength(10_000).start();
    int warnings = 0;
    Signal signal;
    do {
      signal = detector.add(0.7);
      double evidence = detector.evidence();
      assertThat(signal)
          .isEqualTo(
              evidence >= 10_000
                  ? Signal.CHANGE
                  : evidence >= 100 ? Signal.WARNING : Signal.STABLE);
      warnings += signal == Signal.WARNING ? 1 : 0;
    } while (signal != Signal.CHANGE);
    assertThat(warnings).isGreaterThan(3);
  }

  @Test
  void rejectsSettingsOutsideTheirBounds() {
    for (double[] numbers :
        new double[][] {
          {0, 0, 1},
          {1, 0, 1},
          {0.5, 1, 0},
          {2, 0, 1},
          {Double.NaN, 0, 1},
          {0, Double.NEGATIVE_INFINITY, 1},
          {0, -1.7e308, 1.7e308},
          {1, 1, 1}
        }) {
      assertThatThrownBy(() -> EDetector.expecting(numbers[0], numbers[1], numbers[2]))
          .as(Arrays.toString(numbers))
          .isInstanceOf(IllegalArgumentException.class);
    }
    EDetector.Settings settings = EDetector.expecting(0.5, 0, 1);
    assertThatThrownBy(() -> settings.withTolerance(0.5)).hasMessageContaining("mean - tolerance");
    assertThatThrownBy(() -> settings.withTolerance(-1)).hasMessageContaining("tolerance");
    assertThatThrownBy(() -> settings.withSmallestChange(0)).hasMessageContaining("smallest");
    assertThatThrownBy(() -> settings.withAverageRunLength(1)).hasMessageContaining("run length");
  }

  private static EDetector start() {
    return EDetector.expecting(0.1, -4, 4).withAverageRunLength(100).start();
  }

  /** Normal values that move, some missing. */
  private static double[] values(long seed) {
    double[] values = Streams.shifted(seed, 3_000, 1_500, 0.7);
    for (int i = 0; i < values.length; i += 41) {
      values[i] = Double.NaN;
    }
    return values;
  }

  @Test
  void aRestoredDetectorContinuesLikeTheOneThatWentOn() {
    EDetector whole = start();
    EDetector restored = start();
    SplittableRandom random = new SplittableRandom(3);
    int changes = 0;
    for (double value : values(11)) {
      if (random.nextInt(20) == 0 || (changes > 0 && random.nextInt(3) == 0)) {
        byte[] bytes = restored.toBytes();
        restored = EDetector.fromBytes(bytes);
        assertThat(restored.toBytes()).isEqualTo(bytes);
      }
      Signal signal = whole.add(value);
      assertThat(restored.add(value)).isEqualTo(signal);
      assertThat(restored.evidence()).isEqualTo(whole.evidence());
      changes += signal == Signal.CHANGE ? 1 : 0;
    }
    assertThat(changes).isPositive();
    assertThat(restored.toBytes()).isEqualTo(whole.toBytes());
    assertThat(whole.rows()).isEqualTo(3_000 - 74);
    assertThat(whole.skipped()).isEqualTo(74);
  }

  @Test
  void afterAResetIsLikeNew() {
    EDetector used = start();
    double[] values = values(12);
    Arrays.stream(values).forEach(used::add);
    used.reset();
    assertThat(used.toBytes()).isEqualTo(start().toBytes());
    assertThat(used.rows() + used.skipped()).isZero();
    EDetector fresh = start();
    for (double value : values) {
      assertThat(used.add(value)).isEqualTo(fresh.add(value));
    }
  }

  @Test
  void damagedBytesAreRefused() {
    EDetector detector = start();
    Arrays.stream(values(13)).limit(500).forEach(detector::add);
    byte[] whole = detector.toBytes();
    int step = Math.max(1, whole.length / 500);
    for (int at = 0; at < whole.length; at += at < 100 ? 1 : step) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = whole.clone();
        flipped[at] ^= (byte) (1 << bit);
        assertRefused(flipped);
      }
      assertRefused(Arrays.copyOf(whole, at));
    }
    assertRefused(Arrays.copyOf(whole, whole.length + 1));
    assertRefused(signed(Arrays.copyOf(whole, whole.length + 8)));
    assertThatThrownBy(() -> EDetector.fromBytes(null)).isInstanceOf(NullPointerException.class);
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> EDetector.fromBytes(bytes)).isInstanceOf(DataException.class);
  }

  /** What a wrong writer could sign is refused, or is a detector that works. */
  @Test
  void wrongStatesAreRefusedOrWork() {
    EDetector detector = start();
    double[] values = values(14);
    Arrays.stream(values).limit(700).forEach(detector::add);
    byte[] whole = detector.toBytes();
    SplittableRandom random = new SplittableRandom(21);
    double[] odd = {Double.NaN, 1 / 0.0, -1, -1e308, 1e308, Double.MIN_VALUE, 0, 2, -0.0};
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      ByteBuffer bytes = ByteBuffer.wrap(whole.clone());
      int at = 6 + random.nextInt(Math.min(whole.length - 18, 400));
      switch (random.nextInt(4)) {
        case 0 -> bytes.put(at, (byte) random.nextInt());
        case 1 -> bytes.putInt(at, random.nextInt());
        case 2 -> bytes.putLong(at, random.nextLong() >>> random.nextInt(64));
        default -> bytes.putDouble(at, odd[random.nextInt(odd.length)]);
      }
      EDetector found;
      try {
        found = EDetector.fromBytes(signed(bytes.array()));
      } catch (DataException e) {
        refused++;
        continue;
      }
      assertThat(found.toBytes()).isEqualTo(bytes.array());
      for (int row = 0; row < 40; row++) {
        found.add(values[row]);
        assertThat(found.evidence()).isNotNaN();
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  /** The bytes with a right checksum. */
  private static byte[] signed(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - 4);
    ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) checksum.getValue());
    return bytes;
  }

  @Test
  void bytesOfAnotherVersionAreRefused() {
    byte[] bytes = start().toBytes();
    bytes[5] = 2;
    assertThatThrownBy(() -> EDetector.fromBytes(signed(bytes)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a snapshot of an e-detector of version 2, expected 1 to 1");
  }

  @Test
  void missingValuesChangeNothing() {
    EDetector detector = start();
    assertThat(detector.add(Double.NaN)).isEqualTo(Signal.STABLE);
    assertThat(detector.rows()).isZero();
    double[] values = values(15);
    for (double value : values) {
      Signal signal = detector.add(value);
      double evidence = detector.evidence();
      Signal repeated = detector.add(Double.NaN);
      if (!Double.isNaN(value)) {
        assertThat(repeated).isEqualTo(signal == Signal.CHANGE ? Signal.STABLE : signal);
      }
      assertThat(detector.evidence()).isEqualTo(evidence);
    }
  }

  @Test
  void hostileValuesLeaveAWorkingDetector() {
    double[] hostile = {
      0,
      -0.0,
      1e308,
      -1e308,
      Double.MAX_VALUE,
      Double.MIN_VALUE,
      -Double.MIN_VALUE,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN,
      1,
      1e150,
      -1e150
    };
    for (int seed = 0; seed < 50; seed++) {
      EDetector detector = start();
      SplittableRandom random = new SplittableRandom(seed);
      double value = 0;
      for (int row = 0; row < 2_000; row++) {
        if (random.nextInt(1 + seed) == 0) {
          value = hostile[random.nextInt(hostile.length)];
        }
        detector.add(value);
        assertThat(detector.evidence()).as("seed %d", seed).isNotNaN();
      }
      assertThat(detector.rows() + detector.skipped()).isEqualTo(2_000);
      assertThat(EDetector.fromBytes(detector.toBytes()).toBytes()).isEqualTo(detector.toBytes());
      detector.reset();
      assertThat(detector.toBytes()).isEqualTo(start().toBytes());
    }
  }

  @Test
  void aRowAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    EDetector detector = start();
    double[] values = values(16);
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (double value : values) {
        detector.add(value);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    assertThat(least).isLessThan(1_000); // of 3000 rows
  }
}
