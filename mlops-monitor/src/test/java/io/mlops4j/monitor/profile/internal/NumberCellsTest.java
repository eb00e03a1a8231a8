package io.mlops4j.monitor.profile.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberCellsTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  /** What was taken. */
  private static final class Taken implements NumberCells.Taker {
    private final List<Double> values = new ArrayList<>();
    private long missing;

    static Taken of(FieldVector column) {
      Taken taken = new Taken();
      NumberCells.read(column, new Chunk(), taken);
      return taken;
    }

    @Override
    public void take(Chunk chunk) {
      for (int i = 0; i < chunk.length; i++) {
        values.add(chunk.values[i]);
        if (chunk.floats) {
          assertThat((double) Float.intBitsToFloat(chunk.bits[i])).isEqualTo(chunk.values[i]);
        }
      }
    }

    @Override
    public void missing(long cells) {
      missing += cells;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 1023, 1024, 1025, 1087, 3000})
  void nullsAreLeftOutWhereverTheyAre(int rows) {
    Random random = new Random(rows);
    for (double share : new double[] {0, 0.01, 0.5, 1}) {
      try (Float4Vector floats = new Float4Vector("x", allocator);
          BigIntVector longs = new BigIntVector("x", allocator)) {
        List<Double> expected = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
          boolean blank = random.nextDouble() < share;
          floats.setSafe(row, row + 0.5f);
          longs.setSafe(row, row);
          if (blank) {
            floats.setNull(row);
            longs.setNull(row);
          } else {
            expected.add((double) row);
          }
        }
        floats.setValueCount(rows);
        longs.setValueCount(rows);
        assertThat(Taken.of(longs).values).isEqualTo(expected);
        assertThat(Taken.of(longs).missing).isEqualTo(rows - expected.size());
        assertThat(Taken.of(floats).values)
            .isEqualTo(expected.stream().map(value -> value + 0.5).toList());
      }
    }
  }

  @Test
  void negativeZeroIsZero() {
    try (Float4Vector floats = new Float4Vector("x", allocator)) {
      floats.setSafe(0, -0.0f);
      floats.setValueCount(1);
      assertThat(Taken.of(floats).values).containsExactly(0.0);
    }
  }

  @Test
  void smallWholeNumbersAreFloats() {
    try (SmallIntVector shorts = new SmallIntVector("x", allocator)) {
      shorts.setSafe(0, Short.MIN_VALUE);
      shorts.setSafe(1, Short.MAX_VALUE);
      shorts.setValueCount(2);
      assertThat(Taken.of(shorts).values).containsExactly(-32768.0, 32767.0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.01",
        "-12345.67",
        "90071992547409.92",
        "90071992547409.93",
        "-90071992547409.93",
        "123456789012345678901234567890123456.78",
        "-1.00",
        "0.00"
      })
  void decimalsAreTheNearestDoubles(String text) {
    try (DecimalVector decimals = new DecimalVector("x", allocator, 38, 2)) {
      decimals.setSafe(0, new BigDecimal(text));
      decimals.setValueCount(1);
      assertThat(Taken.of(decimals).values)
          .containsExactly(new BigDecimal(text).doubleValue() + 0.0);
    }
  }

  @Test
  void floatsAreSortedByTheirBits() {
    Random random = new Random(2);
    double[] expected = new double[5000];
    int[] bits = new int[expected.length];
    for (int i = 0; i < bits.length; i++) {
      float value =
          i == 0 ? Float.NEGATIVE_INFINITY : i == 1 ? Float.POSITIVE_INFINITY : i % 7 == 0 ? 0 : 1;
      value *= i < 2 ? 1 : (float) Math.scalb(random.nextGaussian(), random.nextInt(100) - 50);
      bits[i] = Float.floatToRawIntBits(value + 0f);
      expected[i] = value + 0f;
    }
    Arrays.sort(expected);
    assertThat(FloatSort.sorted(bits)).isEqualTo(expected);
    assertThat(FloatSort.sorted(new int[0])).isEmpty();
  }
}
