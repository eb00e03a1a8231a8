package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.Test;

/** A builder that was cleared counts like a new one, whatever it counted before. */
class ClearedBuilderTest {
  private static final long SEED = 20260117;
  private static final int ROWS = 3_000;

  /** Rows with every kind of column; the scale moves the floats to another size. */
  private static FeatureBatch rows(BufferAllocator allocator, long seed, int rows, double scale) {
    Random random = new Random(seed);
    float[] floats = new float[rows];
    double[] doubles = new double[rows];
    String[] texts = new String[rows];
    Long[] nanos = new Long[rows];
    float[][] vectors = new float[rows][];
    for (int i = 0; i < rows; i++) {
      floats[i] = (float) (scale * random.nextGaussian());
      doubles[i] = random.nextInt(50) == 0 ? Double.NaN : Math.exp(20 * random.nextGaussian());
      texts[i] = random.nextInt(20) == 0 ? null : "text " + random.nextInt(40);
      nanos[i] = random.nextInt(20) == 0 ? null : random.nextLong() >>> 8;
      vectors[i] = new float[] {(float) random.nextGaussian(), random.nextFloat()};
    }
    floats[0] = Float.POSITIVE_INFINITY;
    try (TimeStampNanoVector times = new TimeStampNanoVector("time", allocator);
        FixedSizeListVector lists = FixedSizeListVector.empty("vector", 2, allocator);
        FeatureBatch batch =
            FeatureBatch.builder(allocator)
                .floats("float", floats)
                .doubles("double", doubles)
                .strings("text", texts)
                .build()) {
      Columns.fill(times, nanos);
      Columns.fill(lists, vectors);
      return Columns.with(batch, new FieldVector[] {times, lists}).retain();
    }
  }

  @Test
  void aClearedBuilderBuildsTheBytesOfANewOne() {
    System.out.println("seed " + SEED);
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch reference = rows(allocator, SEED, ROWS, 1);
        FeatureBatch large = rows(allocator, SEED + 1, ROWS, 1e12);
        FeatureBatch other = rows(allocator, SEED + 2, ROWS, 1);
        FeatureBatch small = rows(allocator, SEED + 3, 7, 1e-9)) {
      Profile bins = Profile.of(List.of(reference));
      Profile.Builder used = bins.counting();
      for (FeatureBatch rows : List.of(large, other, small, other, small)) {
        IntStream.range(0, 3).forEach(again -> used.add(rows));
        Profile built = used.build();
        byte[] bytes = built.toBytes();
        assertThat(bytes).isEqualTo(bins.profile(List.of(rows, rows, rows)).toBytes());
        assertCounts(used, built);

        used.clear().add(small);
        assertThat(built.toBytes()).as("a profile that was built does not change").isEqualTo(bytes);
        assertThat(used.clear().rows()).isZero();
        assertThat(used.build().toBytes()).isEqualTo(bins.counting().build().toBytes());
      }
    }
  }

  @Test
  void aBuilderThatChoosesItsBinsStartsAnewWithTheSameColumns() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch one =
            FeatureBatch.builder(allocator).doubles("x", 1, 2).doubles("y", 3, 4).build();
        FeatureBatch two =
            FeatureBatch.builder(allocator).floats("x", 5).floats("y", 6).floats("z", 7).build()) {
      Profile.Builder builder = Profile.builder().except("y").add(one).clear();
      assertThat(builder.build().columns()).isEmpty();
      Profile built = builder.add(two).build();
      assertThat(built.columns()).containsExactly("x", "z");
      assertThat(built.rows()).isEqualTo(1);
    }
  }

  @Test
  void timesStartAnew() {
    try (BufferAllocator allocator = new RootAllocator();
        TimeStampNanoVector early = new TimeStampNanoVector("time", allocator);
        TimeStampNanoVector late = new TimeStampNanoVector("time", allocator)) {
      Columns.fill(early, 1_000_000_000L);
      Columns.fill(late, 5_000_000_000L);
      try (FeatureBatch none = FeatureBatch.builder(allocator).doubles("x", 1).build()) {
        Profile.Builder builder =
            Profile.of(List.of(Columns.with(none, early)))
                .counting()
                .add(Columns.with(none, early));
        TimeProfile times =
            (TimeProfile) builder.clear().add(Columns.with(none, late)).build().column("time");
        assertThat(times.earliest()).contains(Instant.ofEpochSecond(5));
      }
    }
  }

  private static void assertCounts(Profile.Builder counted, Profile built) {
    Set<String> names = new HashSet<>();
    counted.counts(
        (name, counts) -> {
          names.add(name);
          LongStream expected =
              built.column(name) instanceof NumberProfile numbers
                  ? LongStream.concat(
                      Arrays.stream(numbers.counts()), LongStream.of(numbers.missing()))
                  : LongStream.concat(
                      Arrays.stream(((CategoryProfile) built.column(name)).counts()),
                      LongStream.of(((CategoryProfile) built.column(name)).missing()));
          assertThat(counts).as(name).startsWith(expected.toArray());
        });
    assertThat(names).isNotEmpty();
  }
}
