package io.mlops4j.monitor.live.window;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is kept of a window that ended.
 *
 * @param columns those with a verdict, sorted
 * @param effects of the columns, in units of the bound; below 0 if the column drifted
 */
@SuppressWarnings("ArrayRecordComponent") // 4 bytes for each column, never compared
public record WindowEffects(
    Instant from,
    Instant to,
    ServedBy servedBy,
    long rows,
    long leftOut,
    List<String> columns,
    float[] effects) {

  /**
   * Summarises a report. With slices, the effect of a column is the largest of its slices.
   *
   * @param before the columns of another summary, which are shared if they are the same
   */
  public static WindowEffects of(WindowReport report, List<String> before) {
    SortedMap<String, Float> effects = new TreeMap<>();
    features(report.drift())
        .filter(FeatureDrift::judged)
        .forEach(one -> effects.merge(one.name(), effect(one), WindowEffects::worse));
    List<String> names = List.copyOf(effects.keySet());
    float[] values = new float[names.size()];
    int at = 0;
    for (float effect : effects.values()) {
      values[at++] = effect;
    }
    return new WindowEffects(
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

  void write(StateWriter out) {
    out.put(from).put(to).put(servedBy).put(rows).put(leftOut);
    out.each(columns, StateWriter::put);
    for (float effect : effects) {
      out.put((double) effect);
    }
  }

  static WindowEffects read(StateReader in, List<String> before) {
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
    return new WindowEffects(
        from,
        to,
        servedBy,
        rows,
        leftOut,
        names.equals(before) ? before : List.copyOf(names),
        effects);
  }
}
