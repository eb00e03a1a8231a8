package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The calls of two versions that served over the same time. Immutable and thread safe.
 *
 * <p>The intervals hold with 95 % confidence for one look, at a time that does not depend on the
 * figures. They assume independent calls. To decide again and again, as a rollout does, use a gate,
 * whose intervals hold at every look.
 *
 * @param baseline the calls of the champion
 * @param candidate the calls of the candidate or challenger
 * @param errorIncrease the candidate's share of failed calls minus the baseline's, -1 to 1. The
 *     interval is Newcombe's hybrid score interval without continuity correction (Newcombe 1998,
 *     Interval estimation for the difference between independent proportions, method 10). The test
 *     is Fisher's exact one, two-sided
 * @param latencyIncrease the candidate's 95th percentile divided by the baseline's, minus 1: 0.1
 *     means 10 % longer. The interval combines the intervals of both percentiles by order
 *     statistics (Conover 1999, section 3.2) on the scale of logarithms (Zou and Donner 2008,
 *     Construction of confidence limits about effect measures). The test is Fisher's on the calls
 *     beyond the common 95th percentile (Conover 1999, section 4.3), two-sided
 */
public record CallComparison(
    Calls baseline, Calls candidate, Increase errorIncrease, Increase latencyIncrease) {
  /**
   * Checks that nothing is null.
   *
   * @param baseline the calls of the champion
   * @param candidate the calls of the candidate or challenger
   * @param errorIncrease the increase of the share of failed calls
   * @param latencyIncrease the increase of the 95th percentile
   */
  public CallComparison {
    Objects.requireNonNull(baseline, "baseline");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(errorIncrease, "errorIncrease");
    Objects.requireNonNull(latencyIncrease, "latencyIncrease");
  }

  /**
   * The calls of one version. A batch is one call.
   *
   * @param servedBy the version
   * @param calls the number of calls, those that failed included
   * @param failed the number of calls that failed
   * @param times the times of the calls that succeeded; empty without one
   */
  public record Calls(ServedBy servedBy, long calls, long failed, Optional<Times> times) {
    /**
     * Checks that nothing is null.
     *
     * @param servedBy the version
     * @param calls the number of calls
     * @param failed the number of calls that failed
     * @param times the times of the calls that succeeded
     */
    public Calls {
      Objects.requireNonNull(servedBy, "servedBy");
      Objects.requireNonNull(times, "times");
    }

    /** {@return the share of calls that failed, 0 to 1; NaN without calls} */
    public double errorRate() {
      return calls == 0 ? Double.NaN : (double) failed / calls;
    }

    /** {@return version, calls, failures and times, for people} */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: %d of %d calls failed%s",
          servedBy.version().map(Object::toString).orElse(servedBy.model()),
          failed,
          calls,
          times.map(all -> ", " + all).orElse(""));
    }
  }

  /**
   * Percentiles of times, counted in buckets of at most 6 % and interpolated there. Times beyond 18
   * minutes count as 18 minutes.
   *
   * @param p50 the median
   * @param p95 the 95th percentile
   * @param p99 the 99th percentile
   */
  public record Times(Duration p50, Duration p95, Duration p99) {
    /**
     * Checks that nothing is null.
     *
     * @param p50 the median
     * @param p95 the 95th percentile
     * @param p99 the 99th percentile
     */
    public Times {
      Objects.requireNonNull(p50, "p50");
      Objects.requireNonNull(p95, "p95");
      Objects.requireNonNull(p99, "p99");
    }

    /** {@return the percentiles in milliseconds, for people} */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "times p50 %.3g ms, p95 %.3g ms, p99 %.3g ms",
          p50.toNanos() / 1e6,
          p95.toNanos() / 1e6,
          p99.toNanos() / 1e6);
    }
  }

  /**
   * A difference with its interval and test.
   *
   * @param value the estimate; NaN if one side has no calls
   * @param low the lower end of the 95 % interval
   * @param high the upper end of the 95 % interval; may be infinite
   * @param pValue the probability of a difference at least as large if the versions were alike, 0
   *     to 1; 1 if one side has no calls
   */
  public record Increase(double value, double low, double high, double pValue) {
    /** {@return the figures as percentages, or that there are none, for people} */
    @Override
    public String toString() {
      if (Double.isNaN(value)) {
        return "unknown, because a version has no calls yet";
      }
      return String.format(
          Locale.ROOT,
          "%+.3g %% (%+.3g %% to %+.3g %%, p = %.2g)",
          100 * value,
          100 * low,
          100 * high,
          pValue);
    }
  }

  /** {@return both sides and the differences on four lines, for people} */
  @Override
  public String toString() {
    return baseline
        + "\n"
        + candidate
        + "\nfailed calls "
        + errorIncrease
        + "\n95th percentile "
        + latencyIncrease;
  }
}
