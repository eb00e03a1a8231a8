package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.rollout.OutputDifference;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How the challenger compares with the champion on the same rows, since either was swapped.
 * Immutable and thread safe.
 *
 * @param challenger the challenger's version; empty while its alias points to no version that can
 *     serve
 * @param refused the version of its alias if it was refused
 * @param waiting the version of its alias if it will be retried
 * @param champion the version whose answers were compared; empty before the first one. Answers of a
 *     {@linkplain Deployment.Builder#canary canary} are not compared
 * @param rows how many rows were compared
 * @param dropped how many rows were dropped because the challenger was behind
 * @param failed how many rows the challenger could not answer. When no row waits, {@code rows +
 *     dropped + failed} are the rows that were chosen for the challenger
 * @param disagreements how many of the compared rows differ in at least one output by more than the
 *     {@linkplain Deployment.Builder#shadow(String, double) tolerance}. An output that only the
 *     champion has differs
 * @param outputs the differences of each output of the champion, by name, at most 200
 * @param calls the failures and times of the challenger's calls and of the champion's in the same
 *     time; empty while one of them does not serve. The challenger runs on other threads, so its
 *     times are those that callers would have only if processors are idle
 */
public record ShadowStatus(
    Optional<ServedBy> challenger,
    Optional<DeploymentStatus.Refusal> refused,
    Optional<DeploymentStatus.Waiting> waiting,
    Optional<ServedBy> champion,
    long rows,
    long dropped,
    long failed,
    long disagreements,
    List<OutputDifference> outputs,
    Optional<CallComparison> calls) {
  /**
   * Checks that nothing is null, and copies the list.
   *
   * @param challenger the challenger's version
   * @param refused the version of its alias if it was refused
   * @param waiting the version of its alias if it will be retried
   * @param champion the version whose answers were compared
   * @param rows how many rows were compared
   * @param dropped how many rows were dropped because the challenger was behind
   * @param failed how many rows the challenger could not answer
   * @param disagreements how many of the compared rows differ
   * @param outputs the differences of each output
   * @param calls the failures and times of calls
   */
  public ShadowStatus {
    Objects.requireNonNull(challenger, "challenger");
    Objects.requireNonNull(refused, "refused");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(champion, "champion");
    outputs = List.copyOf(outputs);
    Objects.requireNonNull(calls, "calls");
  }

  /** {@return the share of compared rows that differ, 0 to 1; NaN without rows} */
  public double disagreementShare() {
    return rows == 0 ? Double.NaN : (double) disagreements / rows;
  }

  /**
   * {@return the largest absolute difference of two numbers, 0 if none differ; infinite if a finite
   * number met an infinite one}
   */
  public double maxDifference() {
    return outputs.stream()
        .mapToDouble(OutputDifference::largestDifference)
        .filter(difference -> difference > 0)
        .max()
        .orElse(0);
  }

  /** {@return the figures on several lines, for people} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "shadow %s of %s: %d of %d rows differ, %d failed, %d dropped",
            challenger.map(ShadowStatus::name).orElse("(none)"),
            champion.map(ShadowStatus::name).orElse("(none)"),
            disagreements,
            rows,
            failed,
            dropped));
    outputs.forEach(output -> text.append('\n').append(output));
    calls.ifPresent(all -> text.append('\n').append(all));
    return text.toString();
  }

  private static String name(ServedBy by) {
    return by.version().map(Object::toString).orElse(by.model());
  }
}
