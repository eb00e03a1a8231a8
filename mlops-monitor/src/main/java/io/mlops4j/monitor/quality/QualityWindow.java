package io.mlops4j.monitor.quality;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * What a suite counted in some consecutive rows: counts by column, a sample of at most 1024 rows,
 * and a sketch of row hashes. Memory: about 9 kB for each column, and at most 100 kB for the
 * sketch. It keeps no batches. Not thread safe.
 */
public final class QualityWindow {
  private static final BinaryFrame FORM =
      new BinaryFrame("window of data quality", 0x4d4c5157, 1, 1); // MLQW

  static final int SAMPLE = 1024;
  private static final int MOST_OUTPUTS = 256;

  private final QualitySuite suite;
  private final List<ColumnPlan> plans;
  private final BatchCells finder;
  private final BatchCells identities;
  private final BatchCells selectors;
  private final long[][] scratch;
  private final ColumnCounts[] counts;
  private final RowSample sample;
  private final Repeats repeats;
  private final Map<String, ColumnCounts> others = new TreeMap<>(); // outputs without a plan
  private long rows;
  private long checked;

  QualityWindow(QualitySuite suite) {
    this(suite, null);
  }

  private QualityWindow(QualitySuite suite, @Nullable StateReader in) {
    this.suite = suite;
    this.plans = suite.columns();
    this.finder = new BatchCells(plans.stream().map(ColumnPlan::name).toList());
    this.identities = new BatchCells(suite.identity().columns());
    this.selectors = new BatchCells(suite.identity().selecting());
    this.scratch = new long[plans.size()][];
    this.counts = new ColumnCounts[plans.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = in == null ? new ColumnCounts() : new ColumnCounts(in);
    }
    this.sample =
        in == null ? new RowSample(plans.size(), SAMPLE) : new RowSample(in, plans.size(), SAMPLE);
    this.repeats = in == null ? new Repeats() : new Repeats(in);
    if (in != null) {
      rows = in.int64();
      checked = in.int64();
      int size = in.length(8);
      for (int i = 0; i < size; i++) {
        others.put(in.text(), new ColumnCounts(in));
      }
    }
  }

  static QualityWindow read(QualitySuite suite, byte[] bytes) {
    return StateReader.read(
        FORM,
        bytes,
        in -> {
          List<String> names = suite.columns().stream().map(ColumnPlan::name).toList();
          String found = in.text();
          if (!found.equals(String.join("\n", names))) {
            throw new DataException(
                "the window has the columns %s, expected those of the suite: %s"
                    .formatted(found.lines().toList(), names),
                null);
          }
          return new QualityWindow(suite, in);
        });
  }

  /**
   * Stores the window.
   *
   * @return the bytes, the same for the same state; see {@link QualitySuite#window(byte[])}
   */
  public byte[] toBytes() {
    StateWriter out = new StateWriter(FORM);
    out.put(String.join("\n", plans.stream().map(ColumnPlan::name).toList()));
    for (ColumnCounts one : counts) {
      one.write(out);
    }
    sample.write(out);
    repeats.write(out);
    out.put(rows).put(checked).put(others.size());
    others.forEach(
        (name, one) -> {
          out.put(name);
          one.write(out);
        });
    return out.toBytes();
  }

  /**
   * Adds rows of features.
   *
   * @param batch only read during the call
   * @param at the time up to which the ages of times are counted
   */
  public void add(FeatureBatch batch, Instant at) {
    Objects.requireNonNull(batch, "batch");
    addRows(batch, null, Objects.requireNonNull(at, "at"));
  }

  /**
   * Adds rows of features and the answers of a model.
   *
   * @param batch the features; only read during the call
   * @param answers the outputs, with the same number of rows; only read during the call
   * @param at the time up to which the ages of times are counted
   * @throws IllegalArgumentException if the numbers of rows differ
   */
  public void add(FeatureBatch batch, FeatureBatch answers, Instant at) {
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(answers, "answers");
    if (answers.rows() != batch.rows()) {
      throw new IllegalArgumentException(
          "answers: found %d rows, expected %d as in the features"
              .formatted(answers.rows(), batch.rows()));
    }
    addRows(batch, answers, Objects.requireNonNull(at, "at"));
  }

  private void addRows(FeatureBatch batch, @Nullable FeatureBatch answers, Instant at) {
    int step = suite.sampling();
    int first = (int) ((step - rows % step) % step);
    int size = batch.rows();
    addRepeats(batch, step);
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).hasTimeRules()) {
        addTimes(i, batch, answers, at);
      }
    }
    for (int from = first; from < size; from += step * SAMPLE) {
      int here = Math.min(SAMPLE, (size - from - 1) / step + 1);
      addSampled(batch, answers, from, step, here);
    }
    rows += size;
  }

  private void addRepeats(FeatureBatch batch, int step) {
    Identity identity = suite.identity();
    Cells[] selecting = identity.columns().isEmpty() ? null : selectors.all(batch);
    Cells[] cells = null;
    for (int row = 0; selecting != null && row < batch.rows(); row++) {
      if (Identity.selects(selecting, row, step)) {
        cells = cells == null ? identities.all(batch) : cells;
        if (cells == null) {
          return; // the batch lacks a column
        }
        repeats.add(Identity.hash(cells, row));
      }
    }
  }

  private void addTimes(int i, FeatureBatch batch, @Nullable FeatureBatch answers, Instant at) {
    FeatureBatch side = side(i, batch, answers);
    FieldVector column = side == null ? null : finder.vector(side, i);
    if (side != null && column != null) {
      BatchCells.cells(column, side, ColumnKind.TIMES)
          .ifPresent(cells -> counts[i].addTimes(cells, side.rows(), plans.get(i).rules(), at));
    }
  }

  /** The side that has a column: a column without a reference may be on either. */
  private @Nullable FeatureBatch side(int i, FeatureBatch batch, @Nullable FeatureBatch answers) {
    ColumnPlan plan = plans.get(i);
    if (plan.role() == Role.OUTPUT) {
      return answers;
    }
    boolean either = plan.reference() == null && answers != null;
    return either && finder.vector(batch, i) == null ? answers : batch;
  }

  private void addSampled(
      FeatureBatch batch, @Nullable FeatureBatch answers, int from, int step, int count) {
    for (int i = 0; i < plans.size(); i++) {
      BackgroundThread.giveWay();
      if (scratch[i] == null || scratch[i].length < count) {
        scratch[i] = new long[Integer.highestOneBit(Math.max(1, 2 * count - 1))];
      }
      FeatureBatch side = side(i, batch, answers);
      if (side == null) { // features alone: outputs cannot be checked
        java.util.Arrays.fill(scratch[i], 0, count, Cells.NULL);
      } else {
        addColumn(i, side, from, step, count);
      }
    }
    sample.add(scratch, count);
    checked += count;
    if (answers != null) {
      addOthers(answers, from, step, count);
    }
  }

  private void addColumn(int i, FeatureBatch side, int from, int step, int count) {
    ColumnPlan plan = plans.get(i);
    ColumnCounts counted = counts[i];
    FieldVector column = finder.vector(side, i);
    Optional<Cells> found =
        column == null ? Optional.empty() : BatchCells.cells(column, side, plan.kind());
    if (found.isEmpty()) {
      java.util.Arrays.fill(scratch[i], 0, count, Cells.NULL);
      boolean readable =
          plan.reference() == null
              || !(plan.reference() instanceof io.mlops4j.monitor.profile.SkippedColumn);
      if (column == null) {
        counted.absent += count;
      } else if (readable) {
        counted.otherKind += count;
      }
      return;
    }
    Cells cells = found.get();
    cells.read(from, step, scratch[i], count);
    if (cells.kind() == ColumnKind.NUMBERS) {
      counted.addNumbers(scratch[i], count, plan.low(), plan.high());
    } else {
      counted.addPresence(scratch[i], count);
    }
    LongSet known = plan.known();
    if (known != null) {
      counted.addUnknown(scratch[i], count, known, cells, from, step);
    }
    if (cells.kind() == ColumnKind.NUMBERS || cells.kind() == ColumnKind.TEXTS) {
      counted.runs.add(scratch[i], count, step);
    }
  }

  /** Counts NaN in outputs that no plan names. */
  private void addOthers(FeatureBatch answers, int from, int step, int count) {
    long[] cells = new long[0];
    for (FieldVector column : answers.root().getFieldVectors()) {
      String name = column.getName();
      if (suite.indexOf(name) >= 0
          || (others.size() >= MOST_OUTPUTS && !others.containsKey(name))) {
        continue;
      }
      Cells found = BatchCells.cells(column, answers, null).orElse(null);
      if (found != null
          && (found.kind() == ColumnKind.NUMBERS || found.kind() == ColumnKind.VECTORS)) {
        cells = cells.length < count ? new long[count] : cells;
        found.read(from, step, cells, count);
        others.computeIfAbsent(name, absent -> new ColumnCounts()).addPresence(cells, count);
      }
    }
  }

  /**
   * Adds the rows of another window of the same suite, which follow the rows of this one.
   *
   * @param later the other window, unchanged
   * @return this window
   * @throws IllegalArgumentException if the windows check other columns
   */
  public QualityWindow merge(QualityWindow later) {
    Objects.requireNonNull(later, "later");
    if (later == this) {
      throw new IllegalArgumentException("later: found this window itself, expected another one");
    }
    if (!plans.stream()
        .map(ColumnPlan::name)
        .toList()
        .equals(later.plans.stream().map(ColumnPlan::name).toList())) {
      throw new IllegalArgumentException(
          "later: found a window of another suite, expected one of the same suite");
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i].append(later.counts[i], suite.sampling());
    }
    later.others.forEach(
        (name, one) -> others.computeIfAbsent(name, absent -> new ColumnCounts()).append(one, 1));
    sample.append(later.sample);
    repeats.append(later.repeats);
    rows += later.rows;
    checked += later.checked;
    return this;
  }

  /**
   * Returns a window without rows for the rows that follow. Runs of equal values and the order of
   * times go on in it.
   *
   * @return a new window; this one is unchanged
   */
  public QualityWindow next() {
    QualityWindow next = new QualityWindow(suite);
    next.sample.reserve(sample);
    for (int i = 0; i < counts.length; i++) {
      next.counts[i] = counts[i].next();
    }
    return next;
  }

  /** {@return the number of rows that were added} */
  public long rows() {
    return rows;
  }

  /** {@return the results of all checks of the rows so far; more rows may be added later} */
  public QualityReport report() {
    return report(suite.policy().level());
  }

  /**
   * Returns the results of all checks at another level than that of the policy.
   *
   * @param level the probability with which one check with a learned bound may fail by random
   *     variation alone, above 0 and below 1
   * @return the results of the rows so far; more rows may be added later
   * @throws IllegalArgumentException if the level is out of range
   */
  public QualityReport report(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException(
          "level: found " + level + ", expected above 0 and below 1");
    }
    return new QualityReport(rows, checked, new Judge(suite, this, level).results());
  }

  /** {@return the number of rows whose values were checked} */
  public long checkedRows() {
    return checked;
  }

  ColumnCounts counts(int plan) {
    return counts[plan];
  }

  Map<String, ColumnCounts> others() {
    return others;
  }

  RowSample sample() {
    return sample;
  }

  Repeats repeats() {
    return repeats;
  }
}
