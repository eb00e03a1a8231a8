package io.mlops4j.monitor;

import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.TotalVariation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Compares one output of two models row by row, in bounded memory. Not thread safe. */
final class OutputComparison {
  private static final int SAMPLE = 4096;
  private static final int MOST_CATEGORIES = 1_000;
  private static final String OTHERS = "";

  private final String name;
  private final double tolerance;
  private final double[] baselineSample = new double[SAMPLE];
  private final double[] candidateSample = new double[SAMPLE];
  private final Map<String, long[]> categories = new LinkedHashMap<>();
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

  OutputComparison(String name, double tolerance) {
    this.name = name;
    this.tolerance = tolerance;
  }

  void add(AnswerCell baseline, AnswerCell candidate) {
    rows++;
    boolean oneMissing =
        baseline instanceof AnswerCell.Missing != candidate instanceof AnswerCell.Missing;
    missing += oneMissing ? 1 : 0;
    if (baseline instanceof AnswerCell.Numbers a && candidate instanceof AnswerCell.Numbers b) {
      sample(a.norm(), b.norm());
      different += differ(a, b) ? 1 : 0;
      return;
    }
    different += baseline.equals(candidate) ? 0 : 1;
    count(baseline, 0);
    count(candidate, 1);
  }

  private boolean differ(AnswerCell.Numbers one, AnswerCell.Numbers other) {
    boolean differ = one.length() != other.length();
    for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
      double a = one.value(i);
      double b = other.value(i);
      double difference = Math.abs(a - b);
      largest = difference > largest || Double.isNaN(largest) ? difference : largest;
      differ |= difference > tolerance * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
      moments(a, b);
    }
    return differ;
  }

  /** Welford's update for two variables. */
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
      boolean room = categories.size() < MOST_CATEGORIES || categories.containsKey(text.value());
      categories.computeIfAbsent(room ? text.value() : OTHERS, absent -> new long[2])[side]++;
    }
  }

  OutputDifference result() {
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
      return KolmogorovSmirnov.withDefaults()
          .statistic(Arrays.copyOf(baselineSample, kept), Arrays.copyOf(candidateSample, kept));
    }
    long[] a = categories.values().stream().mapToLong(counts -> counts[0]).toArray();
    long[] b = categories.values().stream().mapToLong(counts -> counts[1]).toArray();
    return Arrays.stream(a).sum() == 0 || Arrays.stream(b).sum() == 0
        ? Double.NaN
        : TotalVariation.withDefaults().statistic(a, b);
  }
}
