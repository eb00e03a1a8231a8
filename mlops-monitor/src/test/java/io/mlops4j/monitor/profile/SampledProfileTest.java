package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** References with more numbers than a builder keeps. */
class SampledProfileTest {
  private static final int ROWS = 3_000_000;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void close() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private NumberProfile profile(int rows, int batch, IntToDoubleFunction value) {
    return (NumberProfile) reference(rows, batch, value).column("x");
  }

  private Profile reference(int rows, int batch, IntToDoubleFunction value) {
    Profile.Builder builder = Profile.builder();
    for (int from = 0; from < rows; from += batch) {
      int first = from;
      double[] values =
          IntStream.range(0, Math.min(batch, rows - from))
              .mapToDouble(i -> value.applyAsDouble(first + i))
              .toArray();
      try (FeatureBatch part = FeatureBatch.builder(allocator).doubles("x", values).build()) {
        builder.add(part);
      }
    }
    return builder.build();
  }

  /** The numbers 0, 0.1, 0.2 and so on, in ascending order or shuffled by a factor. */
  @ParameterizedTest
  @CsvSource({"1", "1299709"})
  void figuresCoverAllRowsAndSharesAreRightToTheErrorOfTheSample(long factor) {
    NumberProfile found = profile(ROWS, 50_000, i -> (i * factor % ROWS) / 10.0);

    assertThat(found.present()).isEqualTo(ROWS);
    assertThat(Arrays.stream(found.counts()).sum()).isEqualTo(ROWS);
    assertThat(found.min()).isZero();
    assertThat(found.max()).isEqualTo((ROWS - 1) / 10.0);
    assertThat(found.mean()).isCloseTo((ROWS - 1) / 20.0, within(1e-6));
    double variance = ((double) ROWS * ROWS - 1) / 1200;
    assertThat(found.variance()).isCloseTo(variance, within(1e-9 * variance));
    for (double share = 0.05; share < 1; share += 0.05) {
      // five standard errors of a sample of 262 144, and the width of a bin
      assertThat(found.quantile(share) / (ROWS / 10.0)).isCloseTo(share, within(0.005 + 1 / 254.0));
    }
    assertThat(Arrays.stream(found.counts()).max().orElseThrow()).isLessThan(ROWS / 254 * 2);
  }

  @Test
  void aRareFlagIsCountedExactly() {
    NumberProfile found = profile(ROWS, 65_536, i -> i % 1000 == 7 ? 1 : 0);

    assertThat(found.exact()).isTrue();
    assertThat(found.distinct()).hasValue(2);
    assertThat(found.counts()).contains(ROWS / 1000, ROWS - ROWS / 1000);
  }

  @Test
  void aValueThatAppearsLateGetsItsBin() {
    NumberProfile found = profile(ROWS, 65_536, i -> i < 2_000_000 ? i % 2 : 2);

    long[] counts = found.counts();
    assertThat(found.present()).isEqualTo(ROWS);
    assertThat(found.max()).isEqualTo(2);
    double[] edges = found.edges();
    int two = Arrays.binarySearch(edges, 2.0);
    assertThat(counts[two] / (double) ROWS).isCloseTo(1 / 3.0, within(0.005));
  }

  @Test
  void missingValuesAreCountedExactly() {
    NumberProfile found = profile(ROWS, 50_000, i -> i % 10 == 0 ? Double.NaN : i + 0.1);

    assertThat(found.missing()).isEqualTo(ROWS / 10);
    assertThat(found.present()).isEqualTo(ROWS - ROWS / 10);
  }

  @Test
  void theSameRowsInAnyBatchingGiveTheSameBytes() {
    IntToDoubleFunction value = i -> Math.sin(i) * (i % 3 == 0 ? 1 : 0.5);
    byte[] expected = reference(1_200_000, 100_000, value).toBytes();

    assertThat(reference(1_200_000, 7_777, value).toBytes()).isEqualTo(expected);
    Profile read = Profile.fromBytes(expected);
    assertThat(read.toBytes()).isEqualTo(expected);
  }

  @Test
  void rowsCountedAgainInTheseBinsAreExact() {
    IntToDoubleFunction value = i -> Math.floor(i / 4.0) + 0.1;
    Profile sampled = reference(ROWS, 50_000, value);
    Profile exact;
    Profile.Builder counting = sampled.counting();
    for (int from = 0; from < ROWS; from += 50_000) {
      int first = from;
      double[] values =
          IntStream.range(0, 50_000).mapToDouble(i -> value.applyAsDouble(first + i)).toArray();
      try (FeatureBatch part = FeatureBatch.builder(allocator).doubles("x", values).build()) {
        counting.add(part);
      }
    }
    exact = counting.build();

    double[] edges = ((NumberProfile) exact.column("x")).edges();
    long[] counts = ((NumberProfile) exact.column("x")).counts();
    int row = 0;
    for (int bin = 0; bin < edges.length; bin++) {
      int first = row;
      while (row < ROWS && value.applyAsDouble(row) <= edges[bin]) { // the values ascend
        row++;
      }
      assertThat(counts[bin]).isEqualTo(row - first);
    }
  }
}
