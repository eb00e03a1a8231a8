package io.mlops4j.rollout;

import java.util.Locale;
import java.util.Objects;

/**
 * The differences between two models in one output, over the same rows.
 *
 * <p>Numbers are compared by {@code |a - b| > tolerance * max(1, |a|, |b|)}, vectors and lists of
 * numbers by their component that differs most, maps with numbers by the values of equal keys, and
 * everything else by equality. NaN and null are missing answers: two missing answers agree.
 * Infinite numbers agree with themselves only, and count in neither mean nor correlation.
 *
 * @param name the output
 * @param rows the rows that both models answered with this output
 * @param different the rows whose answers differ by more than the tolerance, or of which only one
 *     is missing
 * @param missing the rows of which only one answer is missing
 * @param meanDifference the mean of {@code candidate - baseline}, of vectors over all components;
 *     NaN without numbers
 * @param largestDifference the largest {@code |a - b|}; NaN without numbers
 * @param correlation Pearson's correlation of numbers, of vectors over all components; NaN if one
 *     side is constant or without numbers
 * @param distance the distance between the distributions of the answers, 0 to 1: the D of
 *     Kolmogorov and Smirnov of numbers and of the norms of vectors, from a sample of up to 4096
 *     rows, so its standard error is at most 0.012; the total variation of everything else, with
 *     categories beyond the first 1000 in one; NaN without answers
 */
public record OutputDifference(
    String name,
    long rows,
    long different,
    long missing,
    double meanDifference,
    double largestDifference,
    double correlation,
    double distance) {
  /**
   * Checks that nothing is null.
   *
   * @param name the output
   * @param rows the rows that both models answered with this output
   * @param different the rows whose answers differ
   * @param missing the rows of which only one answer is missing
   * @param meanDifference the mean of {@code candidate - baseline}
   * @param largestDifference the largest difference
   * @param correlation Pearson's correlation
   * @param distance the distance between the distributions
   */
  public OutputDifference {
    Objects.requireNonNull(name, "name");
  }

  /**
   * {@return the share of rows whose answers differ by more than the tolerance; NaN without rows}
   */
  public double differentShare() {
    return rows == 0 ? Double.NaN : (double) different / rows;
  }

  /** {@return the figures in one line} */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %d of %d rows differ (%d missing on one side), correlation %.4g, distance %.4g",
        name,
        different,
        rows,
        missing,
        correlation,
        distance);
  }
}
