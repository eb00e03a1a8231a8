package io.mlops4j.monitor.stats;

/**
 * The difference F1 - F2 of two empirical distribution functions, right-continuous and therefore
 * safe with ties.
 */
final class StepDifference {
  private static final double MOST_PRODUCT = 0x1p62;

  private StepDifference() {}

  /** max |F1 - F2|, from integers, so that it is rounded only once. */
  static double largest(Sample reference, Sample current) {
    long n = reference.size();
    long m = current.size();
    long largest = 0;
    int i = 0;
    int j = 0;
    while (i < n && j < m) {
      double value = Math.min(reference.get(i), current.get(j));
      i = reference.skip(i, value);
      j = current.skip(j, value);
      largest = Math.max(largest, Math.abs(i * m - j * n));
    }
    return largest / ((double) n * m);
  }

  /** max |F1 - F2| over the edges of the bins; from integers too, unless they could overflow. */
  static double largest(Counts counts) {
    long n = counts.referenceRows();
    long m = counts.currentRows();
    if ((double) n * m > MOST_PRODUCT) {
      return largestOfQuotients(counts);
    }
    long largest = 0;
    long i = 0;
    long j = 0;
    for (int bin = 0; bin < counts.bins(); bin++) {
      i += counts.reference(bin);
      j += counts.current(bin);
      largest = Math.max(largest, Math.abs(i * m - j * n));
    }
    return largest / ((double) n * m);
  }

  private static double largestOfQuotients(Counts counts) {
    double largest = 0;
    long i = 0;
    long j = 0;
    for (int bin = 0; bin < counts.bins(); bin++) {
      i += counts.reference(bin);
      j += counts.current(bin);
      largest =
          Math.max(
              largest, Math.abs(difference(i, counts.referenceRows(), j, counts.currentRows())));
    }
    return largest;
  }

  /** Integral of |F1 - F2| over the line. */
  static double integral(Sample reference, Sample current) {
    double integral = 0;
    int i = 0;
    int j = 0;
    double value = Math.min(reference.get(0), current.get(0));
    while (true) {
      i = reference.skip(i, value);
      j = current.skip(j, value);
      if (i == reference.size() && j == current.size()) {
        return integral;
      }
      double next = Math.min(at(reference, i), at(current, j));
      integral += area(difference(i, reference.size(), j, current.size()), next - value);
      value = next;
    }
  }

  /** Returns the same integral with every row of a bin moved to the bin's position. */
  static double integral(Counts counts, double[] positions) {
    double integral = 0;
    long i = 0;
    long j = 0;
    for (int bin = 0; bin < counts.bins() - 1; bin++) {
      i += counts.reference(bin);
      j += counts.current(bin);
      double difference = difference(i, counts.referenceRows(), j, counts.currentRows());
      integral += area(difference, positions[bin + 1] - positions[bin]);
    }
    return integral;
  }

  /** A difference of 0 over an infinite gap has area 0, not NaN. */
  private static double area(double difference, double width) {
    return difference == 0 ? 0 : Math.abs(difference) * width;
  }

  private static double at(Sample sample, int index) {
    return index < sample.size() ? sample.get(index) : Double.POSITIVE_INFINITY;
  }

  /** Exactly 0 for equal shares, because both divisions round alike. */
  private static double difference(long i, long n, long j, long m) {
    return i / (double) n - j / (double) m;
  }
}
