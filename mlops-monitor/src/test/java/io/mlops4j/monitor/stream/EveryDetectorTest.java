package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.DataException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What all detectors have in common: snapshots, special values, memory. */
class EveryDetectorTest {
  private static final double[] REFERENCE = Streams.normals(1, 300);

  static Stream<Arguments> detectors() {
    return Stream.of(
        of("adwin", () -> Adwin.withDefaults().withDelta(0.3).start()),
        of(
            "adwin of the paper",
            () -> Adwin.withDefaults().withClock(1).withMostBuckets(2).start()),
        of("martingale", () -> ConformalMartingale.withDefaults().against(REFERENCE)),
        of(
            "martingale with a run length",
            () ->
                ConformalMartingale.withDefaults()
                    .withAverageRunLength(500)
                    .against(new double[] {-1, 0, 1}, new long[] {16, 34, 34, 16})),
        of("e-detector", () -> EDetector.expecting(0.1, -4, 4).withAverageRunLength(100).start()),
        of(
            "e-detector, one direction",
            () ->
                EDetector.expecting(0.1, -4, 4)
                    .withAverageRunLength(100)
                    .onlyDecrease()
                    .withCusum()
                    .start()));
  }

  private static Arguments of(String name, Supplier<ChangeDetector> start) {
    return Arguments.of(name, start);
  }

  /** Normal values that move, some missing. */
  private static double[] values(long seed) {
    double[] values = Streams.shifted(seed, 3_000, 1_500, 0.7);
    for (int i = 0; i < values.length; i += 41) {
      values[i] = Double.NaN;
    }
    return values;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void aRestoredDetectorContinuesLikeTheOneThatWentOn(String name, Supplier<ChangeDetector> start) {
    ChangeDetector whole = start.get();
    ChangeDetector restored = start.get();
    SplittableRandom random = new SplittableRandom(3);
    int changes = 0;
    for (double value : values(11)) {
      if (random.nextInt(20) == 0 || (changes > 0 && random.nextInt(3) == 0)) {
        byte[] bytes = restored.toBytes();
        restored = ChangeDetector.fromBytes(bytes);
        assertThat(restored).hasSameClassAs(whole);
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
    assertThat(restored.bound()).isEqualTo(whole.bound());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void afterAResetIsLikeNew(String name, Supplier<ChangeDetector> start) {
    ChangeDetector used = start.get();
    double[] values = values(12);
    Arrays.stream(values).forEach(used::add);
    used.reset();
    assertThat(used.toBytes()).isEqualTo(start.get().toBytes());
    assertThat(used.rows() + used.skipped()).isZero();
    ChangeDetector fresh = start.get();
    for (double value : values) {
      assertThat(used.add(value)).isEqualTo(fresh.add(value));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void damagedBytesAreRefused(String name, Supplier<ChangeDetector> start) {
    ChangeDetector detector = start.get();
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
    assertThatThrownBy(() -> ChangeDetector.fromBytes(null))
        .isInstanceOf(NullPointerException.class);
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> ChangeDetector.fromBytes(bytes)).isInstanceOf(DataException.class);
  }

  /** What a wrong writer could sign is refused, or is a detector that works. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void wrongStatesAreRefusedOrWork(String name, Supplier<ChangeDetector> start) {
    ChangeDetector detector = start.get();
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
      ChangeDetector found;
      try {
        found = ChangeDetector.fromBytes(signed(bytes.array()));
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void bytesOfAnotherKindOrVersionAreRefusedByName(String name, Supplier<ChangeDetector> start) {
    byte[] bytes = start.get().toBytes();
    boolean isAdwin = start.get() instanceof Adwin;
    assertThatThrownBy(
            () -> {
              if (isAdwin) {
                EDetector.fromBytes(bytes);
              } else {
                Adwin.fromBytes(bytes);
              }
            })
        .isInstanceOf(DataException.class)
        .hasMessage(
            "found the snapshot of a %s, expected one of a %s"
                .formatted(
                    start.get().getClass().getSimpleName(), isAdwin ? "EDetector" : "Adwin"));
    bytes[5] = 2;
    assertThatThrownBy(() -> ChangeDetector.fromBytes(signed(bytes)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a snapshot of version 2, expected 1");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void missingValuesChangeNothing(String name, Supplier<ChangeDetector> start) {
    ChangeDetector detector = start.get();
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void hostileValuesLeaveAWorkingDetector(String name, Supplier<ChangeDetector> start) {
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
      ChangeDetector detector = start.get();
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
      assertThat(ChangeDetector.fromBytes(detector.toBytes()).toBytes())
          .isEqualTo(detector.toBytes());
      detector.reset();
      assertThat(detector.toBytes()).isEqualTo(start.get().toBytes());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("detectors")
  void aRowAllocatesNothing(String name, Supplier<ChangeDetector> start) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    ChangeDetector detector = start.get();
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
