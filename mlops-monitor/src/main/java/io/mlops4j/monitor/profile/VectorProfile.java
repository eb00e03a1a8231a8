package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.FloatSums;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;

/**
 * Vectors of floats, such as embeddings: the mean vector, and how norms and projections are
 * distributed. Immutable.
 *
 * <p>The mean is summed without rounding. Norms (Euclidean) and projections are {@linkplain
 * NumberProfile numbers} with bins of their own, which are frozen with the reference. The
 * projection is onto one direction that is fixed for each dimension, with components of one size
 * and hashed signs: it moves with nearly every shift of the mean, though one alone can miss one.
 * Null is missing; a vector with a component that is null, NaN or infinite is unusable: counted,
 * and in no figure.
 */
public final class VectorProfile implements ColumnProfile {
  private final String name;
  private final Role role;
  private final BigInteger[] sums;
  private final long missing;
  private final long unusable;
  private final NumberProfile norms;
  private final NumberProfile projections;

  /**
   * @param sums of each component, in units of 2^-149
   */
  VectorProfile(
      String name,
      Role role,
      BigInteger[] sums,
      long missing,
      long unusable,
      NumberProfile norms,
      NumberProfile projections) {
    this.name = name;
    this.role = role;
    this.sums = sums;
    this.missing = missing;
    this.unusable = unusable;
    this.norms = norms;
    this.projections = projections;
  }

  static String norm(String name) {
    return name + ".norm";
  }

  static String projection(String name) {
    return name + ".projection";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Role role() {
    return role;
  }

  BigInteger[] sums() {
    return sums;
  }

  /** {@return the number of components each vector has; 1 or more} */
  public int dimension() {
    return sums.length;
  }

  /** {@return the number of vectors; those that are neither missing nor unusable} */
  public long present() {
    return norms.present();
  }

  /** {@return the number of vectors are null; 0 or more} */
  public long missing() {
    return missing;
  }

  /** {@return the number of vectors have a component that is null, NaN or infinite; 0 or more} */
  public long unusable() {
    return unusable;
  }

  /**
   * {@return the mean vector: summed without rounding, rounded once; a number a component, NaN
   * without vectors; the caller's copy}
   */
  public double[] mean() {
    BigInteger count = BigInteger.valueOf(present());
    return Arrays.stream(sums)
        .mapToDouble(
            sum ->
                count.signum() == 0 ? Double.NaN : ExactMoments.ratio(sum, count, FloatSums.UNIT))
        .toArray();
  }

  /**
   * How the Euclidean norms are distributed.
   *
   * @return numbers named as this column with {@code .norm} behind
   */
  public NumberProfile norms() {
    return norms;
  }

  /**
   * How the projections onto the fixed direction of length 1 are distributed.
   *
   * @return numbers named as this column with {@code .projection} behind
   */
  public NumberProfile projections() {
    return projections;
  }

  @Override
  public boolean sameBins(ColumnProfile other) {
    return other instanceof VectorProfile that
        && name.equals(that.name)
        && role == that.role
        && dimension() == that.dimension()
        && norms.sameBins(that.norms)
        && projections.sameBins(that.projections);
  }

  /** Adds the figures of another profile with the same bins. */
  VectorProfile plus(VectorProfile other) {
    BigInteger[] both = new BigInteger[sums.length];
    Arrays.setAll(both, i -> sums[i].add(other.sums[i]));
    return new VectorProfile(
        name,
        role,
        both,
        Math.addExact(missing, other.missing),
        Math.addExact(unusable, other.unusable),
        norms.plus(other.norms),
        projections.plus(other.projections));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorProfile that
        && sameBins(that)
        && Arrays.equals(sums, that.sums)
        && missing == that.missing
        && unusable == that.unusable
        && norms.equals(that.norms)
        && projections.equals(that.projections);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, role, Arrays.hashCode(sums), missing);
  }

  /** {@return the name and the main figures} */
  @Override
  public String toString() {
    return "%s: %d vectors of %d, %d missing, %d unusable, mean norm %s"
        .formatted(name, present(), dimension(), missing, unusable, norms.mean());
  }
}
