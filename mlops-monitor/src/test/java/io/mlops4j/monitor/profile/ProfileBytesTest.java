package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.profile.internal.CategoryBins;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.NumberBins;
import io.mlops4j.monitor.profile.internal.TextIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.Test;

class ProfileBytesTest {
  private static final byte[] BYTES = bytes();

  private static byte[] bytes() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch in =
            FeatureBatch.builder(allocator)
                .doubles("x", 1, -2.5, Double.NaN, 1e300)
                .booleans("b", true, false, true, true)
                .strings("s", "a", "b", "a", null)
                .build();
        FixedSizeListVector vectors = FixedSizeListVector.empty("v", 3, allocator);
        TimeStampNanoVector times = new TimeStampNanoVector("t", allocator);
        FeatureBatch later =
            FeatureBatch.builder(allocator)
                .doubles("x", 7, 8, 9, 10)
                .booleans("b", true, false, true, true)
                .strings("s", "new", "newer", "a", null)
                .build();
        FeatureBatch out = FeatureBatch.builder(allocator).floats("p", 0, 1, 2, 3).build()) {
      Columns.fill(
          vectors, new float[] {1, 2, 3}, null, new float[] {0, Float.NaN, 1}, new float[3]);
      Columns.fill(times, 5L, null, -5L, 1_000_000_000L);
      FeatureBatch first = Columns.with(in, vectors, times);
      Profile reference = Profile.builder().add(first, out).build();
      return reference
          .counting()
          .add(first, out)
          .add(Columns.with(later, vectors, times), out)
          .build()
          .toBytes();
    }
  }

  private static byte[] versionOne() {
    try (InputStream in = ProfileBytesTest.class.getResourceAsStream("profile-v1.bin")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readWhatWasWritten() {
    Profile read = Profile.fromBytes(BYTES);
    assertThat(read.columns()).containsExactly("b", "s", "t", "v", "x", "p");
    assertThat(read.toBytes()).isEqualTo(BYTES);
    assertThat(read)
        .isEqualTo(Profile.fromBytes(BYTES))
        .hasSameHashCodeAs(Profile.fromBytes(BYTES));
    assertThat(((NumberProfile) read.column("x")).max()).isEqualTo(1e300);
    assertThat(read.digest()).isEqualTo(io.mlops4j.model.Digest.sha256(BYTES));
  }

  @Test
  void aProfileReadCountsOn() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch in = FeatureBatch.builder(allocator).doubles("x", 1, 2, 3).build()) {
      Profile reference = Profile.of(List.of(in));
      Profile read = Profile.fromBytes(reference.toBytes());
      assertThat(read.profile(List.of(in)).merge(reference).rows()).isEqualTo(6);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < BYTES.length; length++) {
      byte[] cut = Arrays.copyOf(BYTES, length);
      assertThatThrownBy(() -> Profile.fromBytes(cut)).isInstanceOf(DataException.class);
    }
  }

  @Test
  void everyFlippedByteIsRefused() {
    for (int i = 0; i < BYTES.length; i++) {
      byte[] damaged = BYTES.clone();
      damaged[i] ^= 0x10;
      assertThatThrownBy(() -> Profile.fromBytes(damaged)).isInstanceOf(DataException.class);
    }
  }

  @Thorough("mutations")
  @Test
  void whatPassesTheChecksumIsCheckedToo() {
    long seed = 42;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] versionOne = versionOne();
    for (int i = 0; i < 10_000; i++) {
      byte[] forged = (i % 20 == 0 ? versionOne : BYTES).clone();
      int at = 10 + random.nextInt(forged.length - 14);
      forged[at] = (byte) random.nextInt();
      ByteBuffer.wrap(forged).putInt(forged.length - 4, BinaryFrame.checksum(forged));
      try {
        Profile.fromBytes(forged).toJson();
      } catch (DataException expected) {
        assertThat(expected).hasMessageContaining("damaged");
      }
    }
  }

  @Test
  void aNewerVersionIsNamed() {
    byte[] newer = BYTES.clone();
    newer[5] = 3;
    assertThatThrownBy(() -> Profile.fromBytes(newer))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "found a profile of version 3, expected 1 to 2; read it with the mlops4j that wrote"
                + " it");
  }

  @Test
  void versionOneIsReadWithoutWhatItLacked() {
    Profile old = Profile.fromBytes(versionOne());
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch january = Flights.of("01").batch(allocator)) {
      Profile today = Profile.builder().categories("weekday").add(january).build();
      for (String name : List.of("distance", "hour")) {
        NumberProfile before = (NumberProfile) old.column(name);
        NumberProfile now = (NumberProfile) today.column(name);
        assertThat(before.sameBins(now)).isTrue();
        assertThat(before.counts()).isEqualTo(now.counts());
        assertThat(before.moments()).isEqualTo(now.moments());
      }
      assertThat(((NumberProfile) old.column("distance")).distinct()).isEmpty();
      assertThat(((NumberProfile) old.column("hour")).distinct()).hasValue(22);
      CategoryProfile origin = (CategoryProfile) old.column("origin");
      assertThat(origin.counts()).isEqualTo(((CategoryProfile) today.column("origin")).counts());
      assertThat(origin.distinct()).hasValue(184);
      assertThat(old.column("departure")).isInstanceOf(SkippedColumn.class);
      assertThat(old.toJson()).contains("\"distinct\" : null");
      Profile without = old.without(List.of("probability", "late", "x"));
      Profile counted = without.profile(List.of(january));
      assertThat(((NumberProfile) counted.column("distance")).distinct()).isNotEmpty();
      NumberProfile both = (NumberProfile) without.merge(counted).column("distance");
      assertThat(both.distinct()).isEmpty();
      assertThat(both.present()).isEqualTo(2L * january.rows());
    }
    byte[] again = old.toBytes();
    assertThat(again[5]).isEqualTo((byte) 2);
    assertThat(Profile.fromBytes(again)).isEqualTo(old);
  }

  @Test
  void versionOneHasNoLaterKinds() {
    byte[] forged = BYTES.clone();
    forged[5] = 1;
    ByteBuffer.wrap(forged).putInt(forged.length - 4, BinaryFrame.checksum(forged));
    assertThatThrownBy(() -> Profile.fromBytes(forged))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void otherFilesAreNoProfiles() {
    assertThatThrownBy(
            () -> Profile.fromBytes("ARROW1 and more of it".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not start like a profile");
  }

  @Test
  void theGreatestDoubleIsANumberLikeOthers() {
    double[] many = new Random(1).doubles(1000).toArray();
    many[0] = Double.MAX_VALUE;
    many[1] = -Double.MAX_VALUE;
    double[][] samples = {
      {Double.MAX_VALUE},
      {Double.MAX_VALUE, 1, 1, 2},
      {Double.MAX_VALUE, -Double.MAX_VALUE, Double.POSITIVE_INFINITY},
      many
    };
    for (double[] sample : samples) {
      try (BufferAllocator allocator = new RootAllocator();
          FeatureBatch in = FeatureBatch.builder(allocator).doubles("x", sample).build()) {
        Profile profile = Profile.of(List.of(in));
        assertThat(Profile.fromBytes(profile.toBytes())).isEqualTo(profile);
        assertThat(((NumberProfile) profile.column("x")).max()).isEqualTo(Double.MAX_VALUE);
      }
    }
  }

  private static NumberProfile numbers(long count, BigInteger sum, BigInteger squares, double max) {
    return new NumberProfile(
        "x",
        Role.FEATURE,
        new NumberBins(new double[] {0}, new double[] {0, 1}, false),
        new long[] {0, count},
        0,
        0,
        1,
        max,
        new ExactMoments(count, sum, squares),
        new HyperLogLog());
  }

  @Test
  void figuresThatNoNumbersHaveAreRefused() {
    BigInteger one = BigInteger.ONE;
    BigInteger two = BigInteger.TWO;
    isRefused(2, numbers(2, two, one, 1), "no numbers have the figures of x");
    isRefused(2, numbers(2, two, two, Double.NaN), "no numbers have the figures of x");
    isRefused(2, numbers(2, two, two, 0.5), "no numbers have the figures of x");
    isRefused(0, numbers(0, one, one, 1), "no numbers have the figures of x");
    assertThat(Profile.fromBytes(new Profile(2, List.of(numbers(2, two, two, 1))).toBytes()).rows())
        .isEqualTo(2);
  }

  private static void isRefused(long rows, ColumnProfile column, String message) {
    byte[] forged = new Profile(rows, List.of(column)).toBytes();
    assertThatThrownBy(() -> Profile.fromBytes(forged))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void countsBeyondALongAreRefused() {
    byte[] negative = new Profile(-1, List.of()).toBytes();
    assertThatThrownBy(() -> Profile.fromBytes(negative))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found the count -1");
    TextIndex named = new TextIndex();
    named.add(new byte[] {'a', 'b', 'c'}, 3);
    CategoryBins bins = new CategoryBins(named, true, false);
    long half = 1L << 62;
    isRefused(
        2 * half + half, // as a sum of longs wraps
        new CategoryProfile("s", Role.FEATURE, bins, new long[] {half, half}, half, null),
        "found the count");
    isRefused(
        1,
        new CategoryProfile(
            "s", Role.FEATURE, bins, new long[] {Long.MAX_VALUE, Long.MAX_VALUE}, 3, null),
        "counts leave the range of a long");
    isRefused(
        half,
        new CategoryProfile("s", Role.FEATURE, bins, new long[] {half, 0}, 0, null),
        "counts leave the range of a long");
  }

  @Test
  void fewBytesTakeLittleMemory() {
    NumberProfile none =
        new NumberProfile(
            "v.norm",
            Role.FEATURE,
            new NumberBins(new double[0], new double[] {0}, true),
            new long[1],
            0,
            0,
            Double.NaN,
            Double.NaN,
            new ExactMoments(0, BigInteger.ZERO, BigInteger.ZERO),
            new HyperLogLog());
    BigInteger[] sums = {BigInteger.ONE.shiftLeft(8000)};
    isRefused(
        0, new VectorProfile("v", Role.FEATURE, sums, 0, 0, none, none), "found 8000 zero bits");
  }
}
