package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a {@link MonitorHistory} keeps of a window: the effect of each column, 4 bytes each.
 * Immutable and thread safe.
 */
public final class WindowSummary {
  private final Instant from;
  private final Instant to;
  private final ServedBy servedBy;
  private final long rows;
  private final long leftOut;
  private final List<String> columns;

  /** In units of the bound, as {@link #effect} says; below 0 if the column drifted. */
  private final float[] effects;

  WindowSummary(
      Instant from,
      Instant to,
      ServedBy servedBy,
      long rows,
      long leftOut,
      List<String> columns,
      float[] effects) {
    this.from = from;
    this.to = to;
    this.servedBy = servedBy;
    this.rows = rows;
    this.leftOut = leftOut;
    this.columns = columns;
    this.effects = effects;
  }

  /**
   * Summarises a report. With slices, the effect of a column is the largest of its slices.
   *
   * @param before the columns of another summary, which are shared if they are the same
   */
  static WindowSummary of(WindowReport report, List<String> before) {
    SortedMap<String, Float> effects = new TreeMap<>();
    features(report.drift())
        .filter(FeatureDrift::judged)
        .forEach(one -> effects.merge(one.name(), effect(one), WindowSummary::worse));
    List<String> names = List.copyOf(effects.keySet());
    float[] values = new float[names.size()];
    int at = 0;
    for (float effect : effects.values()) {
      values[at++] = effect;
    }
    return new WindowSummary(
        report.from(),
        report.to(),
        report.servedBy(),
        report.drift().current().rows(),
        report.leftOut(),
        names.equals(before) ? before : names,
        values);
  }

  private static Stream<FeatureDrift> features(DriftReport report) {
    return report.slices().isEmpty()
        ? report.features().stream()
        : report.slices().stream().map(SliceDrift::features).flatMap(List::stream);
  }

  private static float effect(FeatureDrift feature) {
    float effect = (float) ((DriftVerdict.Judged) feature.verdict()).relativeEffect();
    return feature.drifted() ? -effect : effect;
  }

  private static float worse(float one, float other) {
    boolean drifted = one < 0 || other < 0;
    float effect = Math.max(Math.abs(one), Math.abs(other));
    return drifted ? -effect : effect;
  }

  /** {@return the time of its first rows, by the monitor's clock} */
  public Instant from() {
    return from;
  }

  /** {@return the time at which it ended, by the monitor's clock} */
  public Instant to() {
    return to;
  }

  /** {@return the version that answered its rows} */
  public ServedBy servedBy() {
    return servedBy;
  }

  /** {@return the number of its rows} */
  public long rows() {
    return rows;
  }

  /** {@return the number of rows that were left out of the sample while it was open} */
  public long leftOut() {
    return leftOut;
  }

  /** {@return the columns with a verdict, in the order of their names; an immutable list} */
  public List<String> columns() {
    return columns;
  }

  /**
   * Returns the effect of a column in units of its bound: 1 and more matters. With slices it is the
   * largest of all slices.
   *
   * @param column a name
   * @return 0 or more, to the precision of a float; may be infinite; NaN if the column has no
   *     verdict
   */
  public double effect(String column) {
    int at = Collections.binarySearch(columns, column);
    return at < 0 ? Double.NaN : Math.abs(effects[at]);
  }

  /**
   * Returns whether a column drifted, in all rows or in a slice.
   *
   * @param column a name
   * @return false also if the column has no verdict
   */
  public boolean drifted(String column) {
    int at = Collections.binarySearch(columns, column);
    return at >= 0 && effects[at] < 0;
  }

  void write(StateWriter out) {
    out.put(from).put(to).put(servedBy).put(rows).put(leftOut);
    out.each(columns, StateWriter::put);
    for (float effect : effects) {
      out.put((double) effect);
    }
  }

  static WindowSummary read(StateReader in, List<String> before) {
    Instant from = in.time();
    Instant to = in.time();
    ServedBy servedBy = in.servedBy();
    long rows = in.int64();
    long leftOut = in.count();
    List<String> names = in.each(StateReader::text);
    float[] effects = new float[names.size()];
    for (int i = 0; i < effects.length; i++) {
      effects[i] = (float) in.number();
    }
    return new WindowSummary(
        from,
        to,
        servedBy,
        rows,
        leftOut,
        names.equals(before) ? before : List.copyOf(names),
        effects);
  }

  /** {@return time, version and the number of columns that drifted} */
  @Override
  public String toString() {
    long drifted = columns.stream().filter(this::drifted).count();
    return "%s to %s, %s: %d rows, %d of %d columns drifted"
        .formatted(from, to, servedBy, rows, drifted, columns.size());
  }
}
