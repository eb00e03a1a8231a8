package io.mlops4j.monitor.live.watch.shadow;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import io.mlops4j.rollout.OutputDifference;
import io.mlops4j.rollout.internal.AnswerCell;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares each shadow with the version that serves, on identical rows. Rows are identical if they
 * have the same key, or without a key, the same values in all columns. Two identical rows are
 * interchangeable, because a model answers them alike.
 *
 * <p>Answers wait for the shadow's, at most {@value #MOST_CELLS} values, about 30 MB. Answers are
 * kept only while there is a shadow: from its first rows until {@value #QUIET_ROWS} rows in a row
 * were answered without it. Filled by the monitor's thread, read by any thread.
 */
public final class ShadowWatch implements RowWatch {
  public static final int MOST_CELLS = 1_000_000;
  public static final int QUIET_ROWS = 200_000;
  private static final int MOST_PAIRS = 16;

  private final @Nullable String key;
  private final double tolerance;
  private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
  private final Map<Pair, CellComparison> comparisons = new LinkedHashMap<>();
  private final Map<ServedBy, Long> unpaired = new LinkedHashMap<>();
  private int cells;
  private long quietRows = QUIET_ROWS;

  public record Pair(ServedBy baseline, ServedBy candidate) {}

  /** The newest answers to a row, and the number of such rows that no shadow has answered. */
  private static final class Waiting {
    private final ServedBy servedBy;
    private final Map<String, AnswerCell> answers;
    private int rows = 1;

    Waiting(ServedBy servedBy, Map<String, AnswerCell> answers) {
      this.servedBy = servedBy;
      this.answers = answers;
    }

    int size() {
      return 4 + answers.values().stream().mapToInt(AnswerCell::size).sum();
    }
  }

  /**
   * @param key the column by which rows are identical; null for all columns
   * @param tolerance by which numbers may differ
   */
  public ShadowWatch(@Nullable String key, double tolerance) {
    this.key = key;
    this.tolerance = tolerance;
  }

  @Override
  public String task() {
    return "compare a shadow with the version that serves";
  }

  @Override
  public synchronized void answered(Handed.Answered answered) {
    if (answered.shadow()) {
      quietRows = 0;
      shadow(answered);
      return;
    }
    if (quietRows < QUIET_ROWS) {
      quietRows += answered.rows();
      keep(answered);
    } else if (!waiting.isEmpty()) {
      shrink(0);
    }
  }

  private void keep(Handed.Answered answered) {
    RowHashes hashes = new RowHashes(answered.features(), key);
    for (int row = 0; row < answered.rows(); row++) {
      Waiting one = new Waiting(answered.servedBy(), AnswerCell.row(answered.outputs(), row));
      Long hash = hashes.of(row);
      Waiting before = waiting.remove(hash);
      if (before != null) {
        cells -= before.size();
        if (before.servedBy.equals(one.servedBy) && key == null) {
          one.rows += before.rows;
        } else {
          unpaired(before.servedBy, before.rows);
        }
      }
      waiting.put(hash, one);
      cells += one.size();
    }
    shrink(MOST_CELLS);
  }

  private void shrink(int most) {
    Iterator<Waiting> oldest = waiting.values().iterator();
    while (cells > most && oldest.hasNext()) {
      Waiting one = oldest.next();
      oldest.remove();
      cells -= one.size();
      unpaired(one.servedBy, one.rows);
    }
  }

  private void shadow(Handed.Answered answered) {
    RowHashes hashes = new RowHashes(answered.features(), key);
    for (int row = 0; row < answered.rows(); row++) {
      Waiting one = waiting.get(hashes.of(row));
      if (one == null || one.servedBy.equals(answered.servedBy())) {
        unpaired(answered.servedBy(), 1);
      } else {
        one.rows = Math.max(0, one.rows - 1);
        comparison(new Pair(one.servedBy, answered.servedBy()))
            .add(one.answers, AnswerCell.row(answered.outputs(), row));
      }
    }
  }

  private void unpaired(ServedBy version, long more) {
    unpaired.merge(version, more, Long::sum);
    if (unpaired.size() > 2 * MOST_PAIRS) {
      unpaired.remove(unpaired.keySet().iterator().next());
    }
  }

  private CellComparison comparison(Pair pair) {
    CellComparison known =
        comparisons.computeIfAbsent(pair, absent -> new CellComparison(tolerance));
    if (comparisons.size() > MOST_PAIRS) {
      comparisons.remove(comparisons.keySet().iterator().next());
    }
    return known;
  }

  @Override
  public List<Judged> judge(Instant at) {
    return List.of();
  }

  /** Writes nothing: a comparison begins anew, because answers of the other side may be lost. */
  @Override
  public void write(StateWriter out) {}

  @Override
  public void read(StateReader in) {}

  /** The newest pairs of versions; for any thread. */
  public synchronized List<Compared> comparisons() {
    return comparisons.entrySet().stream()
        .map(
            one ->
                new Compared(
                    one.getKey(),
                    one.getValue().rows(),
                    unpaired.getOrDefault(one.getKey().baseline(), 0L),
                    unpaired.getOrDefault(one.getKey().candidate(), 0L),
                    one.getValue().outputs()))
        .toList();
  }

  /**
   * A pair of versions, and the differences of their answers.
   *
   * @param unpairedBaseline rows of the baseline that were given up
   * @param unpairedCandidate rows of the candidate without a known answer of another version
   */
  public record Compared(
      Pair pair,
      long rows,
      long unpairedBaseline,
      long unpairedCandidate,
      List<OutputDifference> outputs) {}
}
