package io.mlops4j.rollout.internal;

import io.mlops4j.rollout.OutputDifference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares one output of two models row by row, in bounded memory: at most 64 KiB for numbers and
 * 1000 categories.
 *
 * <p>Internal: not part of the API. Not thread safe.
 */
public final class OutputComparison {
  /** The default tolerance. */
  public static final double TOLERANCE = 1e-4;

  private static final int FIRST_SAMPLE = 64;
  private static final int SAMPLE = 4096;
  private static final int MOST_CATEGORIES = 1_000;
  private static final int LONGEST_CATEGORY = 200;
  private static final String OTHERS = "";

  private final String name;
  private final double tolerance;
  private final Map<String, long[]> categories = new LinkedHashMap<>();
  private double[] baselineSample = {};
  private double[] candidateSample = {};
  private long rows;
  private long different;
  private long missing;
  private long sampled;
  private long numbers;
  private double largest = Double.NaN;
  private double meanBaseline;
  private double meanCandidate;
  private double squaresBaseline;
  private double squaresCandidate;
  private double products;

  /**
   * Starts without rows.
   *
   * @param name the output
   * @param tolerance numbers {@code a} and {@code b} differ if {@code |a - b| > tolerance * max(1,
   *     |a|, |b|)}; 0 or more and finite
   */
  public OutputComparison(String name, double tolerance) {
    this.name = name;
    this.tolerance = checkTolerance(tolerance);
  }

  /**
   * Checks a tolerance.
   *
   * @param tolerance the tolerance
   * @return the tolerance
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public static double checkTolerance(double tolerance) {
    if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "tolerance: found " + tolerance + ", expected 0 or more and finite");
    }
    return tolerance;
  }

  /**
   * Adds the answers to a row.
   *
   * @param baseline the answer of one model
   * @param candidate the answer of the other model
   * @return whether they differ by more than the tolerance
   */
  public boolean add(AnswerCell baseline, AnswerCell candidate) {
    rows++;
    boolean oneMissing =
        baseline instanceof AnswerCell.Missing != candidate instanceof AnswerCell.Missing;
    missing += oneMissing ? 1 : 0;
    boolean differ;
    if (baseline instanceof AnswerCell.Numbers a && candidate instanceof AnswerCell.Numbers b) {
      differ = compare(a, b);
    } else {
      differ = !baseline.equals(candidate);
      count(baseline, 0);
      count(candidate, 1);
    }
    different += differ ? 1 : 0;
    return differ;
  }

  /**
   * Adds the answers to a row that are numbers of both models.
   *
   * @param baseline the components of one model's answer, which are only read; missing if one of
   *     them is NaN
   * @param candidate those of the other model
   * @return whether they differ by more than the tolerance
   */
  public boolean add(double[] baseline, double[] candidate) {
    if (hasNan(baseline) || hasNan(candidate)) {
      return add(AnswerCell.of(baseline), AnswerCell.of(candidate));
    }
    rows++;
    boolean differ = compare(new AnswerCell.Numbers(baseline), new AnswerCell.Numbers(candidate));
    different += differ ? 1 : 0;
    return differ;
  }

  private static boolean hasNan(double[] values) {
    for (double value : values) {
      if (Double.isNaN(value)) {
        return true;
      }
    }
    return false;
  }

  private boolean compare(AnswerCell.Numbers baseline, AnswerCell.Numbers candidate) {
    sample(baseline.norm(), candidate.norm());
    return differ(baseline, candidate);
  }

  private boolean differ(AnswerCell.Numbers one, AnswerCell.Numbers other) {
    boolean differ = one.length() != other.length();
    for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
      double a = one.value(i);
      double b = other.value(i);
      double difference = a == b ? 0 : Math.abs(a - b); // infinity equals itself
      largest = difference > largest || Double.isNaN(largest) ? difference : largest;
      differ |=
          difference == Double.POSITIVE_INFINITY
              || difference > tolerance * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
      if (Double.isFinite(a) && Double.isFinite(b)) {
        moments(a, b);
      }
    }
    return differ;
  }

  /** Welford (1962), Note on a method for calculating corrected sums, for two variables. */
  private void moments(double a, double b) {
    numbers++;
    double beforeA = a - meanBaseline;
    double beforeB = b - meanCandidate;
    meanBaseline += beforeA / numbers;
    meanCandidate += beforeB / numbers;
    squaresBaseline += beforeA * (a - meanBaseline);
    squaresCandidate += beforeB * (b - meanCandidate);
    products += beforeA * (b - meanCandidate);
  }

  /**
   * Keeps a uniform sample (algorithm R), by the hash of a row's number in place of a random one.
   */
  private void sample(double a, double b) {
    sampled++;
    long place = sampled <= SAMPLE ? sampled - 1 : Long.remainderUnsigned(mixed(sampled), sampled);
    if (place < SAMPLE) {
      if (place >= baselineSample.length) {
        int more = Math.min(SAMPLE, Math.max(FIRST_SAMPLE, 2 * baselineSample.length));
        baselineSample = Arrays.copyOf(baselineSample, more);
        candidateSample = Arrays.copyOf(candidateSample, more);
      }
      baselineSample[(int) place] = a;
      candidateSample[(int) place] = b;
    }
  }

  /** The finaliser of splitmix64. */
  private static long mixed(long number) {
    long z = number * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private void count(AnswerCell cell, int side) {
    if (cell instanceof AnswerCell.Text text) {
      String value = text.value();
      String category =
          value.length() <= LONGEST_CATEGORY
              ? value
              : value.substring(0, LONGEST_CATEGORY) + value.hashCode();
      boolean room = categories.size() < MOST_CATEGORIES || categories.containsKey(category);
      categories.computeIfAbsent(room ? category : OTHERS, absent -> new long[2])[side]++;
    }
  }

  /** {@return the differences of the rows so far} */
  public OutputDifference result() {
    return new OutputDifference(
        name,
        rows,
        different,
        missing,
        numbers == 0 ? Double.NaN : meanCandidate - meanBaseline,
        largest,
        correlation(),
        distance());
  }

  private double correlation() {
    double scale = Math.sqrt(squaresBaseline) * Math.sqrt(squaresCandidate);
    return scale > 0 ? Math.max(-1, Math.min(1, products / scale)) : Double.NaN;
  }

  private double distance() {
    if (sampled > 0) {
      int kept = (int) Math.min(SAMPLE, sampled);
      return kolmogorovSmirnov(
          Arrays.copyOf(baselineSample, kept), Arrays.copyOf(candidateSample, kept));
    }
    return totalVariation();
  }

  /** The largest difference of the two distribution functions; both samples have the same size. */
  private static double kolmogorovSmirnov(double[] a, double[] b) {
    Arrays.sort(a);
    Arrays.sort(b);
    int largest = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      double x = Math.min(a[i], b[j]);
      while (i < a.length && a[i] <= x) {
        i++;
      }
      while (j < b.length && b[j] <= x) {
        j++;
      }
      largest = Math.max(largest, Math.abs(i - j));
    }
    return (double) largest / a.length;
  }

  /** Half the sum of the absolute differences of the shares. */
  private double totalVariation() {
    double a = categories.values().stream().mapToLong(counts -> counts[0]).sum();
    double b = categories.values().stream().mapToLong(counts -> counts[1]).sum();
    return a == 0 || b == 0
        ? Double.NaN
        : categories.values().stream()
                .mapToDouble(counts -> Math.abs(counts[0] / a - counts[1] / b))
                .sum()
            / 2;
  }
}
