package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.FloatSort;
import io.mlops4j.monitor.profile.internal.NumberBins;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps the numbers of a reference until its bins can be cut. A number that a float can hold takes
 * four bytes, any other eight. Blocks are not copied when more numbers come.
 */
final class NumberValues implements NumberGatherer {
  private static final int FIRST_BLOCK = Chunk.SIZE;
  private static final int LARGEST_BLOCK = 1 << 20;

  private final String name;
  private final Role role;
  private final List<int[]> floats = new ArrayList<>();
  private final List<double[]> doubles = new ArrayList<>();
  private int[] floatBlock = new int[0];
  private double[] doubleBlock = new double[0];
  private int inFloatBlock;
  private int inDoubleBlock;
  private int floatCount;
  private int doubleCount;
  private long missing;

  NumberValues(String name, Role role) {
    this.name = name;
    this.role = role;
  }

  @Override
  public void take(Chunk chunk) {
    for (int i = 0; i < chunk.length; i++) {
      double value = chunk.values[i];
      float narrow = (float) value;
      if (narrow == value) {
        keep(Float.floatToRawIntBits(narrow));
      } else if (Double.isNaN(value)) {
        missing++;
      } else {
        keep(value);
      }
    }
  }

  private void keep(int bits) {
    if (inFloatBlock == floatBlock.length) {
      floatBlock = new int[grown(floatBlock.length)];
      floats.add(floatBlock);
      inFloatBlock = 0;
    }
    floatBlock[inFloatBlock++] = bits;
    floatCount = Math.addExact(floatCount, 1);
  }

  private void keep(double value) {
    if (inDoubleBlock == doubleBlock.length) {
      doubleBlock = new double[grown(doubleBlock.length)];
      doubles.add(doubleBlock);
      inDoubleBlock = 0;
    }
    doubleBlock[inDoubleBlock++] = value;
    doubleCount = Math.addExact(doubleCount, 1);
  }

  private static int grown(int length) {
    return Math.max(FIRST_BLOCK, Math.min(LARGEST_BLOCK, 2 * length));
  }

  @Override
  public void missing(long cells) {
    missing += cells;
  }

  /** Sorts first, so that bins and figures are the same for any order of the rows. */
  @Override
  public NumberProfile build() {
    double[] sorted = merged(sortedFloats(), sortedDoubles());
    NumberCounter counter = new NumberCounter(name, role, NumberBins.of(sorted, sorted.length));
    counter.add(sorted, sorted.length, new Chunk());
    counter.missing(missing);
    return counter.build();
  }

  private double[] sortedFloats() {
    int[] all = new int[floatCount];
    int at = 0;
    for (int[] block : floats) {
      int length = Math.min(block.length, floatCount - at);
      System.arraycopy(block, 0, all, at, length);
      at += length;
    }
    return FloatSort.sorted(all);
  }

  private double[] sortedDoubles() {
    double[] all = new double[doubleCount];
    int at = 0;
    for (double[] block : doubles) {
      int length = Math.min(block.length, doubleCount - at);
      System.arraycopy(block, 0, all, at, length);
      at += length;
    }
    Arrays.sort(all);
    return all;
  }

  private static double[] merged(double[] a, double[] b) {
    if (a.length == 0 || b.length == 0) {
      return a.length == 0 ? b : a;
    }
    double[] merged = new double[Math.addExact(a.length, b.length)];
    for (int i = 0, inA = 0, inB = 0; i < merged.length; i++) {
      boolean fromA = inB == b.length || (inA < a.length && a[inA] < b[inB]);
      merged[i] = fromA ? a[inA++] : b[inB++];
    }
    return merged;
  }
}
