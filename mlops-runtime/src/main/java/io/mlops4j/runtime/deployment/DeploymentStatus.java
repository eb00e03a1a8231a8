package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The serving version of a deployment, and why the version that its alias points to does not serve.
 * Immutable.
 *
 * @param serving the serving version
 * @param since when it began to serve
 * @param newest the newest record of the alias that was read; its version may be refused, waiting
 *     or on trial; if it removes the alias, the serving version stays
 * @param refused the version of the alias if it was refused, with the verdict
 * @param waiting the alias's version if it will be retried, with the reason
 * @param outage since when and why the registry cannot be read; the serving version stays
 * @param trials versions that are being loaded and tested now, the abandoned ones first
 * @param lastGood the copy of the serving version for a restart without the registry; empty without
 *     {@link Deployment.Builder#lastGoodIn}
 * @param protection circuit breakers, fallbacks and load
 */
public record DeploymentStatus(
    ServedBy serving,
    Instant since,
    AliasRecord newest,
    Optional<Refusal> refused,
    Optional<Waiting> waiting,
    Optional<Outage> outage,
    List<Trial> trials,
    Optional<LastGood> lastGood,
    ProtectionStatus protection) {
  /**
   * Checks that nothing is null, and copies the list.
   *
   * @param serving the serving version
   * @param since when it began to serve
   * @param newest the newest record of the alias that was read
   * @param refused the version of the alias if it was refused
   * @param waiting the version that will be retried
   * @param outage since when and why the registry cannot be read
   * @param trials versions that are being loaded and tested now
   * @param lastGood the copy of the serving version
   * @param protection circuit breakers, fallbacks and load
   */
  public DeploymentStatus {
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(newest, "newest");
    Objects.requireNonNull(refused, "refused");
    Objects.requireNonNull(waiting, "waiting");
    Objects.requireNonNull(outage, "outage");
    trials = List.copyOf(trials);
    Objects.requireNonNull(lastGood, "lastGood");
    Objects.requireNonNull(protection, "protection");
  }

  /**
   * Returns a line for the serving version, and one for each thing that keeps another version from
   * serving: a refusal, a wait, an outage, a trial, an open circuit breaker, a copy that failed.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("serving " + serving + ", since " + since);
    refused.ifPresent(
        it ->
            text.append("\n" + version(it.record) + " was refused at " + it.at + ": " + it.reason));
    waiting.ifPresent(
        it ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "\n%s waits since %s, tried %d times, next at %s: %s",
                    version(it.record),
                    it.since,
                    it.attempts,
                    it.next,
                    it.reason)));
    outage.ifPresent(
        it -> text.append("\nthe registry cannot be read since " + it.since + ": " + it.reason));
    for (Trial trial : trials) {
      text.append("\n" + version(trial.record) + " is being tested since " + trial.since);
      text.append(trial.abandoned ? ", abandoned" : "");
    }
    for (ProtectionStatus.Breaker breaker : protection.breakers()) {
      if (breaker.state() != ProtectionStatus.State.CLOSED) {
        text.append("\nthe circuit breaker of " + breaker.version() + " is " + breaker.state());
        breaker.lastFailure().ifPresent(failure -> text.append(": " + failure));
      }
    }
    lastGood
        .flatMap(LastGood::problem)
        .ifPresent(it -> text.append("\nthe copy for a restart could not be written: " + it));
    return text.toString();
  }

  private static String version(AliasRecord record) {
    return record.to() == null ? "no version" : record.to().toString();
  }

  /** Why a version is refused. A retry would not change the result, so there is none. */
  public enum Verdict {
    /** The bytes, the card or a record are not those that were published. */
    BYTES,
    /** The trust policy has no rule for the model, or its signature is not valid. */
    TRUST,
    /** The card names other regions than the runtime's. */
    REGION,
    /** The engine cannot load the bytes, or the card contradicts them. */
    LOAD,
    /** Inputs or outputs are not those that callers of the deployment use. */
    INTERFACE,
    /** An answer is missing, not the expected one, or NaN. */
    ANSWERS
  }

  /**
   * A version that is refused and will not be retried under this record.
   *
   * @param record the record that points to it
   * @param verdict the kind of the reason
   * @param reason what was found and what was expected
   * @param at when it was refused
   */
  public record Refusal(AliasRecord record, Verdict verdict, String reason, Instant at) {
    /**
     * Checks that nothing is null.
     *
     * @param record the record that points to it
     * @param verdict the kind of the reason
     * @param reason what was found and what was expected
     * @param at when it was refused
     */
    public Refusal {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(verdict, "verdict");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(at, "at");
    }
  }

  /**
   * A version whose trial failed without a verdict, and that will be retried.
   *
   * @param record the record that points to it
   * @param reason what the last attempt found
   * @param attempts how many attempts failed
   * @param since when the first one failed
   * @param next when the next one begins at the latest; a new record, the end of an outage or
   *     {@link Deployment#refresh} begins it earlier
   */
  public record Waiting(
      AliasRecord record, String reason, int attempts, Instant since, Instant next) {
    /**
     * Checks that nothing is null.
     *
     * @param record the record that points to it
     * @param reason what the last attempt found
     * @param attempts how many attempts failed
     * @param since when the first one failed
     * @param next when the next one begins at the latest
     */
    public Waiting {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(since, "since");
      Objects.requireNonNull(next, "next");
    }
  }

  /**
   * A registry that cannot be read.
   *
   * @param since the time of the first failed attempt to read it
   * @param reason why the last attempt to read the alias failed
   */
  public record Outage(Instant since, String reason) {
    /**
     * Checks that nothing is null.
     *
     * @param since the time of the first failed attempt to read it
     * @param reason why the last attempt to read the alias failed
     */
    public Outage {
      Objects.requireNonNull(since, "since");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * A version that is being loaded and tested.
   *
   * @param record the record that points to it
   * @param since when that began
   * @param abandoned whether its result no longer counts, because of a newer record, a rollback or
   *     its time limit; its model is closed when the trial ends
   */
  public record Trial(AliasRecord record, Instant since, boolean abandoned) {
    /**
     * Checks that nothing is null.
     *
     * @param record the record that points to it
     * @param since when that began
     * @param abandoned whether its result no longer counts
     */
    public Trial {
      Objects.requireNonNull(record, "record");
      Objects.requireNonNull(since, "since");
    }
  }

  /**
   * The copy of a version on this machine.
   *
   * @param kept the version of the newest complete copy; empty if there is none yet
   * @param serving whether the serving version was loaded from the copy, because the registry could
   *     not be used at the start; it is loaded from the registry when that is possible again
   * @param problem why the serving version could not be copied, for example because the disk is
   *     full; it is tried again about every half minute
   */
  public record LastGood(Optional<ModelVersion> kept, boolean serving, Optional<String> problem) {
    /**
     * Checks that nothing is null.
     *
     * @param kept the version of the newest complete copy
     * @param serving whether the serving version was loaded from the copy
     * @param problem why the serving version could not be copied
     */
    public LastGood {
      Objects.requireNonNull(kept, "kept");
      Objects.requireNonNull(problem, "problem");
    }
  }
}
