package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Few codes for the values of a column: intervals of numbers, or frequent texts with one code for
 * the others. A missing value has the last code.
 *
 * @param numbers whether cells are numbers
 * @param keys ascending: the upper edges of the intervals, as cells, or the hashes of the texts
 */
@SuppressWarnings("ArrayRecordComponent") // has its own equals
record Coding(boolean numbers, long[] keys) {
  /** Codes the intervals between quantiles; equal edges are merged. */
  static Coding ofNumbers(double[] values, int intervals) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] edges = new double[Math.max(0, Math.min(intervals - 1, sorted.length))];
    for (int k = 0; k < edges.length; k++) {
      edges[k] = sorted[(int) ((k + 1L) * sorted.length / (edges.length + 1))];
    }
    return new Coding(true, Arrays.stream(edges).distinct().mapToLong(Cells::number).toArray());
  }

  /** Codes the most frequent cells. */
  static Coding ofTexts(long[] cells, int most) {
    Map<Long, Integer> counts = new HashMap<>();
    for (long cell : cells) {
      if (!Cells.isMissing(cell)) {
        counts.merge(cell, 1, Integer::sum);
      }
    }
    return new Coding(
        false,
        counts.entrySet().stream()
            .sorted(
                (x, y) ->
                    x.getValue().equals(y.getValue())
                        ? Long.compare(x.getKey(), y.getKey())
                        : Integer.compare(y.getValue(), x.getValue()))
            .limit(most)
            .mapToLong(Map.Entry::getKey)
            .sorted()
            .toArray());
  }

  /** The number of codes. */
  int size() {
    return keys.length + 2;
  }

  int code(long cell) {
    if (Cells.isMissing(cell)) {
      return keys.length + 1;
    }
    if (!numbers) {
      int found = Arrays.binarySearch(keys, cell);
      return found < 0 ? keys.length : found;
    }
    double value = Double.longBitsToDouble(cell);
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Double.longBitsToDouble(keys[middle]) < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void write(StateWriter out) {
    out.put(numbers).put(keys);
  }

  static Coding read(StateReader in) {
    boolean numbers = in.flag();
    long[] keys = new long[in.length(8)];
    Arrays.setAll(keys, i -> in.int64());
    return new Coding(numbers, keys);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Coding that
        && numbers == that.numbers
        && Arrays.equals(keys, that.keys);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(keys);
  }
}
