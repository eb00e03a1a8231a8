package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.rollout.internal.OutputComparison;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.deployment.CallComparison;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ShadowStatus;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the answers of one challenger with those of one champion. Callers take no lock. Thread
 * safe.
 */
final class Tally {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final int MOST_OUTPUTS = 200;

  private final Served challenger;
  private final double tolerance;
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Map<String, OutputComparison> outputs = new TreeMap<>();
  private volatile ServedBy champion;
  private long rows;
  private long disagreements;

  /**
   * @param tolerance by which numbers may differ
   */
  Tally(Served challenger, ServedBy champion, double tolerance) {
    this.challenger = challenger;
    this.champion = champion;
    this.tolerance = tolerance;
  }

  /** The answers to the same rows. */
  interface Answers {
    int rows();

    /** The outputs of the champion to a row. */
    Map<String, AnswerCell> champion(int row) throws Throwable;

    /** The outputs of the challenger to a row. */
    Map<String, AnswerCell> challenger(int row) throws Throwable;
  }

  Served challenger() {
    return challenger;
  }

  ServedBy champion() {
    return champion;
  }

  /** Whether a champion is the same version under a later record of its alias. */
  boolean continuesWith(ServedBy next) {
    return champion.digest().equals(next.digest());
  }

  /** Whether a champion was swapped out before. */
  boolean isAfter(ServedBy other) {
    return number(champion) > number(other);
  }

  private static long number(ServedBy by) {
    return by.alias().map(AliasRecord::number).orElse(0L);
  }

  void setChampion(ServedBy next) {
    champion = next;
  }

  /** Compares answers row by row. A row that cannot be read has failed. */
  synchronized void compare(Answers answers) {
    for (int row = 0; row < answers.rows(); row++) {
      Map<String, AnswerCell> ours;
      Map<String, AnswerCell> others;
      try {
        ours = answers.champion(row);
        others = answers.challenger(row);
      } catch (Throwable e) { // accessors of records may throw anything
        failed(1);
        LOG.debug("the answers to a row cannot be compared", e);
        continue;
      }
      boolean differ = false;
      for (Map.Entry<String, AnswerCell> one : ours.entrySet()) {
        OutputComparison output = output(one.getKey());
        AnswerCell other = others.getOrDefault(one.getKey(), AnswerCell.missing());
        differ |= output != null && output.add(one.getValue(), other);
      }
      add(differ);
    }
  }

  /**
   * Compares answers that consist of numbers, output by output.
   *
   * @return false if others are among them; nothing is compared then
   */
  synchronized boolean compare(Outputs ours, Outputs theirs) {
    NumberColumns columns = NumberColumns.of(ours, theirs);
    if (columns == null) {
      return false;
    }
    boolean[] differ = new boolean[ours.rows()];
    for (NumberColumns.Pair pair : columns.pairs()) {
      OutputComparison output = output(pair.name());
      for (int row = 0; output != null && row < differ.length; row++) {
        differ[row] |= output.add(pair.ours(row), pair.theirs(row));
      }
    }
    for (boolean one : differ) {
      add(one);
    }
    return true;
  }

  private void add(boolean differ) {
    rows++;
    disagreements += differ ? 1 : 0;
  }

  private @Nullable OutputComparison output(String name) {
    OutputComparison known = outputs.get(name);
    if (known == null && outputs.size() < MOST_OUTPUTS) {
      known = new OutputComparison(name, tolerance);
      outputs.put(name, known);
    }
    return known;
  }

  void dropped(int rows) {
    dropped.add(rows);
  }

  void failed(int rows) {
    failed.add(rows);
  }

  synchronized ShadowStatus status(
      Optional<ServedBy> by,
      Optional<DeploymentStatus.Refusal> refused,
      Optional<DeploymentStatus.Waiting> waiting,
      Optional<CallComparison> calls) {
    return new ShadowStatus(
        by,
        refused,
        waiting,
        Optional.of(champion),
        rows,
        dropped.sum(),
        failed.sum(),
        disagreements,
        outputs.values().stream().map(OutputComparison::result).toList(),
        calls);
  }
}
