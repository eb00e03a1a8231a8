package io.mlops4j.monitor.quality;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** Learns from the rows of a reference what a profile does not hold. */
final class ReferenceRows {
  private static final int SAMPLE = 8192;
  private static final int AT_ONCE = 1024;

  private final List<String> names;
  private final boolean[] outputs;
  private final BatchCells finder;
  private final List<String> identity;
  private final long[][] ofIdentity; // the same cells as in scratch, but for keys
  private final BatchCells identities;
  private final ColumnCounts[] counts;
  private final RunLength[] sampledRuns;
  private final long[] sampled = new long[AT_ONCE];
  private final long[][] scratch;
  private final long[] hashes = new long[AT_ONCE];
  private final RowSample sample;
  private final Lags lags = new Lags();
  private long rows;

  /**
   * @param first the profile of the first batch, which has the columns of all
   */
  ReferenceRows(Profile first, Set<String> keys) {
    this.names = first.columns();
    this.outputs = new boolean[names.size()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = first.column(names.get(i)).role() == Role.OUTPUT;
    }
    this.finder = new BatchCells(names);
    this.identity = Identity.columns(first, keys);
    this.identities = new BatchCells(identity);
    this.counts = new ColumnCounts[names.size()];
    this.sampledRuns = new RunLength[names.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new ColumnCounts();
      sampledRuns[i] = new RunLength();
    }
    this.scratch = new long[names.size()][AT_ONCE];
    this.ofIdentity =
        identity.stream()
            .map(name -> isFeature(name) ? scratch[names.indexOf(name)] : new long[AT_ONCE])
            .toArray(long[][]::new);
    this.sample = new RowSample(names.size(), SAMPLE);
  }

  void add(FeatureBatch batch, @Nullable FeatureBatch answers) {
    @Nullable Cells[] cells = new Cells[names.size()];
    for (int i = 0; i < cells.length; i++) {
      FeatureBatch side = outputs[i] ? answers : batch;
      FieldVector column = side == null ? null : finder.vector(side, i);
      cells[i] =
          side == null || column == null ? null : BatchCells.cells(column, side, null).orElse(null);
    }
    Cells[] same = identities.all(batch);
    for (int from = 0; from < batch.rows(); from += AT_ONCE) {
      int count = Math.min(AT_ONCE, batch.rows() - from);
      for (int i = 0; i < cells.length; i++) {
        add(i, cells[i], from, count);
      }
      if (same != null) {
        addLags(same, from, count);
      }
      sample.add(scratch, count);
    }
    rows += batch.rows();
  }

  private boolean isFeature(String name) {
    int i = names.indexOf(name);
    return i >= 0 && !outputs[i];
  }

  /** Hashes rows whose features have been read. */
  private void addLags(Cells[] same, int from, int count) {
    for (int i = 0; i < same.length; i++) {
      if (!isFeature(identity.get(i))) {
        same[i].read(from, 1, ofIdentity[i], count);
      }
    }
    Identity.hash(ofIdentity, hashes, count);
    for (int row = 0; row < count; row++) {
      lags.add(hashes[row]);
    }
  }

  private void add(int i, @Nullable Cells cells, int from, int count) {
    if (cells == null) {
      java.util.Arrays.fill(scratch[i], 0, count, Cells.NULL);
      return;
    }
    cells.read(from, 1, scratch[i], count);
    counts[i].addPresence(scratch[i], count);
    counts[i].runs.add(scratch[i], count, 1);
    int step = QualityPolicy.MONITOR_SAMPLING;
    int found = 0;
    for (int row = (int) ((step - (rows + from) % step) % step); row < count; row += step) {
      sampled[found++] = scratch[i][row];
    }
    sampledRuns[i].add(sampled, found, step);
  }

  long count() {
    return rows;
  }

  QualityReference.Learned learned(Profile profile) {
    Map<String, QualityReference.LearnedColumn> columns = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      columns.put(
          names.get(i),
          new QualityReference.LearnedColumn(
              counts[i].nulls, counts[i].nans, counts[i].runs.longest(), sampledRuns[i].longest()));
    }
    return new QualityReference.Learned(
        rows,
        columns,
        identity,
        lags.counts(),
        lags.rows(),
        new SwapLearner(profile, names, sample).tables());
  }
}
