package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.FloatSums;
import io.mlops4j.monitor.profile.internal.HyperLogLog;
import io.mlops4j.monitor.profile.internal.VectorCells;
import java.math.BigInteger;
import java.util.Objects;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Collects the profile of vectors: their sum, and a norm and a projection of each. */
final class VectorCounter implements ColumnCounter {
  private final String name;
  private final Role role;
  private final int dimension;
  private final double[] signs; // of the direction of the projection, each 1 or -1
  private final double scale; // makes the length of the direction 1
  private final int[] vector;
  private final FloatSums sums;
  private final NumberGatherer norms;
  private final NumberGatherer projections;
  private final Chunk projected = new Chunk();
  private long missing;
  private long unusable;

  private VectorCounter(
      String name, Role role, int dimension, NumberGatherer norms, NumberGatherer projections) {
    this.name = name;
    this.role = role;
    this.dimension = dimension;
    this.norms = norms;
    this.projections = projections;
    this.vector = new int[dimension];
    this.sums = new FloatSums(dimension);
    this.scale = 1 / Math.sqrt(dimension);
    this.signs = signs(dimension);
  }

  /** Collects norms and projections until their bins can be cut. */
  static VectorCounter choosing(String name, Role role, int dimension) {
    return new VectorCounter(
        name,
        role,
        dimension,
        new NumberValues(VectorProfile.norm(name), role),
        new NumberValues(VectorProfile.projection(name), role));
  }

  /** Counts norms and projections in the bins of a reference. */
  static VectorCounter frozen(VectorProfile reference) {
    return new VectorCounter(
        reference.name(),
        reference.role(),
        reference.dimension(),
        frozen(reference.norms()),
        frozen(reference.projections()));
  }

  private static NumberCounter frozen(NumberProfile numbers) {
    return new NumberCounter(numbers.name(), numbers.role(), numbers.bins());
  }

  /** The signs are bits of hashed indices, so every process uses the same direction. */
  private static double[] signs(int dimension) {
    double[] signs = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      signs[i] = (HyperLogLog.mix(i + 1) & 1) == 0 ? 1 : -1;
    }
    return signs;
  }

  @Override
  public VectorCounter cleared() {
    return new VectorCounter(name, role, dimension, norms.cleared(), projections.cleared());
  }

  @Override
  public ColumnKind kind() {
    return ColumnKind.VECTORS;
  }

  @Override
  public boolean accepts(FieldVector column, DictionaryProvider dictionaries) {
    VectorCells cells = VectorCells.of(column);
    return cells != null && (cells.size() < 0 || cells.size() == dimension);
  }

  @Override
  public String expected() {
    return "vectors of " + dimension + " floats";
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    VectorCells cells = Objects.requireNonNull(VectorCells.of(column));
    FieldVector components = cells.components();
    boolean nullComponents = components.getNullCount() > 0;
    chunk.floats = false;
    chunk.length = 0;
    for (int row = 0; row < cells.rows(); row++) {
      int start = cells.start(row);
      if (cells.isNull(row)) {
        missing++;
        skip(1);
      } else if (cells.length(row) != dimension
          || (nullComponents && hasNull(components, start))
          || !read(components, start)) {
        unusable++;
        skip(1);
      } else {
        add(chunk);
      }
    }
    flush(chunk);
  }

  /** Counts cells that were found before the first vector. */
  void addOthers(long missing, long unusable) {
    this.missing += missing;
    this.unusable += unusable;
    skip(missing + unusable);
  }

  private void skip(long cells) {
    norms.missing(cells);
    projections.missing(cells);
  }

  private boolean hasNull(FieldVector components, int start) {
    for (int i = 0; i < dimension; i++) {
      if (components.isNull(start + i)) {
        return true;
      }
    }
    return false;
  }

  /** Reads a vector; false if a component is not finite. */
  private boolean read(FieldVector components, int start) {
    boolean wide = components instanceof Float8Vector;
    long address = components.getDataBufferAddress() + (wide ? 8L : 4L) * start;
    int finite = -1;
    for (int i = 0; i < dimension; i++) {
      int bits =
          wide
              ? Float.floatToRawIntBits(
                  (float) Double.longBitsToDouble(MemoryUtil.getLong(address + 8L * i)))
              : MemoryUtil.getInt(address + 4L * i);
      vector[i] = bits;
      finite &= (bits & 0x7fffffff) - 0x7f800000;
    }
    return finite < 0;
  }

  private void add(Chunk chunk) {
    for (int i = 0; i < dimension; i++) {
      sums.add(i, vector[i]);
    }
    sums.added();
    chunk.values[chunk.length] = norm();
    projected.values[chunk.length++] = projection() + 0.0;
    if (chunk.length == Chunk.SIZE) {
      flush(chunk);
    }
  }

  private void flush(Chunk chunk) {
    projected.length = chunk.length;
    projected.floats = false;
    norms.take(chunk);
    projections.take(projected);
    chunk.length = 0;
  }

  /**
   * Adds even and odd components separately, always in the same order, so that a vector always has
   * the same norm.
   */
  private double norm() {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < dimension - 1; i += 2) {
      double first = Float.intBitsToFloat(vector[i]);
      double second = Float.intBitsToFloat(vector[i + 1]);
      even += first * first;
      odd += second * second;
    }
    double last = dimension % 2 == 0 ? 0 : Float.intBitsToFloat(vector[dimension - 1]);
    return Math.sqrt(even + odd + last * last);
  }

  private double projection() {
    double even = 0;
    double odd = 0;
    for (int i = 0; i < dimension - 1; i += 2) {
      even += Float.intBitsToFloat(vector[i]) * signs[i];
      odd += Float.intBitsToFloat(vector[i + 1]) * signs[i + 1];
    }
    double last =
        dimension % 2 == 0 ? 0 : Float.intBitsToFloat(vector[dimension - 1]) * signs[dimension - 1];
    return (even + odd + last) * scale;
  }

  @Override
  public VectorProfile build() {
    BigInteger[] totals = new BigInteger[dimension];
    for (int i = 0; i < dimension; i++) {
      totals[i] = sums.sum(i);
    }
    return new VectorProfile(
        name, role, totals, missing, unusable, norms.build(), projections.build());
  }
}
