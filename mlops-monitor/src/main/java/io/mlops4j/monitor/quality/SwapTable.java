package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
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
    double deviation) {

  /** The log-likelihood ratio of a row as it is; NaN if a value is missing. */
  double ratio(long cellA, long cellB, long cellC) {
    if (Cells.isMissing(cellA) || Cells.isMissing(cellB)) {
      return Double.NaN;
    }
    int row = contexts == null ? 0 : contexts.code(cellC) * values.size();
    return ratios[row + values.code(cellA)] - ratios[row + values.code(cellB)];
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
    out.put(mean).put(deviation);
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
