package io.mlops4j.runtime.deployment;

import io.mlops4j.internal.Spans;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The steps of a rollout. Immutable and thread safe.
 *
 * @param shares the share of the calls that the candidate answers at each step, ascending, more
 *     than 0 and at most 1
 * @param every how long a step lasts before it is judged, and the time between judgements
 * @param patience how long a step may stay inconclusive; after that the rollout is rolled back
 * @param approval whether the promotion waits for {@link Rollout#approve}
 */
public record RolloutPlan(
    List<Double> shares, Duration every, Duration patience, boolean approval) {
  /** A thousand years. An {@code Instant} that far from now is still in range. */
  private static final Duration MOST = Duration.ofDays(365_000);

  /**
   * Checks the steps.
   *
   * @param shares the share of the calls at each step
   * @param every how long a step lasts before it is judged
   * @param patience how long a step may stay inconclusive
   * @param approval whether the promotion waits for an approval
   * @throws IllegalArgumentException if there is no step, the shares do not ascend or are outside 0
   *     to 1, or a time is not more than zero or more than 365 000 days
   */
  public RolloutPlan {
    shares = List.copyOf(shares);
    double before = 0;
    for (double share : shares) {
      if (!(share > before && share <= 1)) {
        throw new IllegalArgumentException(
            "shares: found " + shares + ", expected ascending ones, more than 0 and at most 1");
      }
      before = share;
    }
    if (shares.isEmpty()) {
      throw new IllegalArgumentException("shares: found none, expected at least one");
    }
    checkTime("every", every);
    checkTime("patience", patience);
  }

  private static void checkTime(String name, Duration time) {
    if (Objects.requireNonNull(time, name).isNegative()
        || time.isZero()
        || time.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "%s: found %s, expected more than zero and at most %d days"
              .formatted(name, time, MOST.toDays()));
    }
  }

  /**
   * Returns a plan of ten minutes a step, a patience of a day and no approval.
   *
   * @param shares the share of the calls at each step, for example 0.05, 0.25, 0.5
   * @return the plan
   * @throws IllegalArgumentException if there is no step, or the shares do not ascend or are
   *     outside 0 to 1
   */
  public static RolloutPlan of(double... shares) {
    return new RolloutPlan(
        Arrays.stream(shares).boxed().toList(), Duration.ofMinutes(10), Duration.ofDays(1), false);
  }

  /**
   * Sets how long a step lasts before it is judged.
   *
   * @param every more than zero, at most 365 000 days
   * @return a changed copy
   * @throws IllegalArgumentException if it is outside of that
   */
  public RolloutPlan withEvery(Duration every) {
    return new RolloutPlan(shares, every, patience, approval);
  }

  /**
   * Sets how long a step may stay inconclusive.
   *
   * @param patience more than zero, at most 365 000 days
   * @return a changed copy
   * @throws IllegalArgumentException if it is outside of that
   */
  public RolloutPlan withPatience(Duration patience) {
    return new RolloutPlan(shares, every, patience, approval);
  }

  /** {@return a changed copy whose promotion waits for {@link Rollout#approve}} */
  public RolloutPlan withApproval() {
    return new RolloutPlan(shares, every, patience, true);
  }

  /** {@return the steps, for people} */
  @Override
  public String toString() {
    return shares.stream().map(RolloutPlan::percent).collect(Collectors.joining(", "))
        + " of the calls, "
        + Spans.text(every)
        + " each"
        + (approval ? ", then approval" : "");
  }

  static String percent(double share) {
    double percent = share * 100;
    return (percent == Math.rint(percent) ? Long.toString(Math.round(percent)) : percent + "")
        + " %";
  }
}
