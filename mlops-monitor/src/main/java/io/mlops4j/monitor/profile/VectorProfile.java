package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.internal.ExactMoments;
import io.mlops4j.monitor.profile.internal.FloatSums;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;

/**
 * The profile of vectors of floats, such as embeddings: the mean vector and the distributions of
 * norms and projections. Immutable.
 *
 * <p>The mean is summed without rounding. Norms (Euclidean) and projections are {@linkplain
 * NumberProfile numbers} with their own bins, which are frozen with the reference. The projection
 * is onto one direction, fixed for each dimension, with components of one size and hashed signs. It
 * moves with nearly every shift of the mean, although a single direction can miss some. Null is
 * missing. A vector with a component that is null, NaN or infinite, or with another number of
 * components, is unusable: it is counted, but not included in any other figure.
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
   * @param sums the sum of each component, in units of 2^-149
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

  /** {@return the number of components of each vector} */
  public int dimension() {
    return sums.length;
  }

  /** {@return the number of vectors that are neither missing nor unusable} */
  public long present() {
    return norms.present();
  }

  /** {@return the number of vectors that are null} */
  public long missing() {
    return missing;
  }

  /**
   * {@return the number of vectors with a component that is null, NaN or infinite, or with another
   * number of components}
   */
  public long unusable() {
    return unusable;
  }

  /**
   * {@return the mean vector, summed without rounding and rounded once; NaN without vectors; the
   * caller's copy}
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
   * {@return the profile of the Euclidean norms, named like this column with the suffix {@code
   * .norm}}
   */
  public NumberProfile norms() {
    return norms;
  }

  /**
   * {@return the profile of the projections onto the fixed direction of length 1, named like this
   * column with the suffix {@code .projection}}
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
        .formatted(name, present(), dimension(), missing, unusable, Figures.value(norms.mean()));
  }
}
