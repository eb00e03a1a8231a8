package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells two columns apart. Let {@code T(x, c) = ln P(A = x | C = c) - ln P(B = x | C = c)},
 * estimated from the reference, with a third column C or without one. Then {@code T(a, c) - T(b,
 * c)} is the log-likelihood ratio of a row as it is against the row with {@code a} and {@code b}
 * exchanged (given C, A and B taken as independent). Its mean is above 0 for rows of the reference,
 * and has the opposite sign for exchanged columns.
 *
 * @param context the name of C; null without one
 * @param values the codes of the values of A and B
 * @param contexts the codes of the values of C; null without one
 * @param ratios T, by code of C and then by code of the value
 * @param mean the mean of the ratio in the reference, above 0
 * @param meanA the part of A in it, the mean of {@code T(a, c)}
 * @param deviation its standard deviation
 */
@SuppressWarnings("ArrayRecordComponent") // compared by the names of its columns
record SwapTable(
    String a,
    String b,
    @Nullable String context,
    Coding values,
    @Nullable Coding contexts,
    double[] ratios,
    double mean,
    double meanA,
    double deviation) {
  private static final double LEAST_SHAPE = Math.log(2.5);

  /** {@code T} of one value, which is not missing. */
  double ratio(long cell, long cellC) {
    int row = contexts == null ? 0 : contexts.code(cellC) * values.size();
    return ratios[row + values.code(cell)];
  }

  /**
   * Whether more than two values tell the columns apart. Two values differ by one number, their
   * rate: two rates that drift often come to lie like exchanged ones.
   *
   * @param byValue the part of each value in the mean; negative parts are noise
   */
  static boolean hasShape(double[] byValue) {
    double sum = 0;
    double logs = 0;
    for (double part : byValue) {
      if (part > 0) {
        sum += part;
        logs += part * Math.log(part);
      }
    }
    return Math.log(sum) - logs / sum > LEAST_SHAPE; // the entropy of the parts
  }

  /** The number of rows from which mean and exchanged mean are 12 standard errors apart. */
  int rowsNeeded() {
    double rows = Math.pow(6 * deviation / mean, 2);
    return (int) Math.max(32, Math.min(1 << 20, Math.ceil(rows)));
  }

  void write(StateWriter out) {
    out.put(a).put(b).put(context == null ? "" : context);
    values.write(out);
    if (contexts != null) {
      contexts.write(out);
    }
    for (double ratio : ratios) {
      out.put(ratio);
    }
    out.put(mean).put(meanA).put(deviation);
  }

  static SwapTable read(StateReader in) {
    String a = in.text();
    String b = in.text();
    String context = in.text();
    Coding values = Coding.read(in);
    Coding contexts = context.isEmpty() ? null : Coding.read(in);
    double[] ratios = new double[values.size() * (contexts == null ? 1 : contexts.size())];
    Arrays.setAll(ratios, i -> in.number());
    return new SwapTable(
        a,
        b,
        context.isEmpty() ? null : context,
        values,
        contexts,
        ratios,
        in.number(),
        in.number(),
        in.number());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SwapTable that && a.equals(that.a) && b.equals(that.b);
  }

  @Override
  public int hashCode() {
    return a.hashCode() * 31 + b.hashCode();
  }
}
