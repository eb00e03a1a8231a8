package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.rollout.internal.OutputComparison;
import io.mlops4j.runtime.deployment.CallComparison;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ShadowStatus;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares the answers of one challenger with those of the champion. Begins anew when another
 * version becomes the champion. Thread safe.
 */
final class Tally {
  private static final int MOST_OUTPUTS = 200;

  private final Map<String, OutputComparison> outputs = new TreeMap<>();
  private @Nullable ServedBy champion;
  private long rows;
  private long dropped;
  private long failed;
  private long disagreements;

  /** The answers to the same rows. */
  interface Answers {
    int rows();

    /** The outputs of the champion to a row. */
    Map<String, AnswerCell> champion(int row) throws Throwable;

    /** The outputs of the challenger to a row. */
    Map<String, AnswerCell> challenger(int row) throws Throwable;
  }

  /**
   * Compares answers, unless another version became the champion since.
   *
   * @throws Throwable what reading them throws; rows before that count
   */
  synchronized void compare(ServedBy answeredBy, double tolerance, Answers answers)
      throws Throwable {
    if (!isFrom(answeredBy)) {
      return;
    }
    for (int row = 0; row < answers.rows(); row++) {
      Map<String, AnswerCell> others = answers.challenger(row);
      boolean differ = false;
      for (Map.Entry<String, AnswerCell> one : answers.champion(row).entrySet()) {
        OutputComparison output = output(one.getKey(), tolerance);
        AnswerCell other = others.getOrDefault(one.getKey(), AnswerCell.missing());
        differ |= output != null && output.add(one.getValue(), other);
      }
      rows++;
      disagreements += differ ? 1 : 0;
    }
  }

  private boolean isFrom(ServedBy answeredBy) {
    ServedBy known = champion;
    if (known != null && number(known) > number(answeredBy)) {
      return false;
    }
    if (known != null && !known.digest().equals(answeredBy.digest())) {
      outputs.clear();
      rows = 0;
      dropped = 0;
      failed = 0;
      disagreements = 0;
    }
    champion = answeredBy;
    return true;
  }

  private static long number(ServedBy by) {
    return by.alias().map(AliasRecord::number).orElse(0L);
  }

  private @Nullable OutputComparison output(String name, double tolerance) {
    OutputComparison known = outputs.get(name);
    if (known == null && outputs.size() < MOST_OUTPUTS) {
      known = new OutputComparison(name, tolerance);
      outputs.put(name, known);
    }
    return known;
  }

  synchronized void dropped(int rows) {
    dropped += rows;
  }

  synchronized void failed(int rows) {
    failed += rows;
  }

  synchronized ShadowStatus status(
      Optional<ServedBy> challenger,
      Optional<DeploymentStatus.Refusal> refused,
      Optional<DeploymentStatus.Waiting> waiting,
      Optional<CallComparison> calls) {
    return new ShadowStatus(
        challenger,
        refused,
        waiting,
        Optional.ofNullable(champion),
        rows,
        dropped,
        failed,
        disagreements,
        outputs.values().stream().map(OutputComparison::result).toList(),
        calls);
  }
}
