package io.mlops4j.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a registry is opened. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class RegistryOptions {
  private static final RegistryHead NOTHING = RegistryHead.of(List.of());
  private static final RegistryOptions DEFAULTS =
      new RegistryOptions(
          Retention.withDefaults(), Clock.systemUTC(), Duration.ofMillis(500), null, null, NOTHING);

  private final Retention retention;
  private final Clock clock;
  private final Duration interval;
  private final @Nullable RecordSigner signer;
  private final @Nullable RecordTrust trust;
  private final RegistryHead since;

  private RegistryOptions(
      Retention retention,
      Clock clock,
      Duration interval,
      @Nullable RecordSigner signer,
      @Nullable RecordTrust trust,
      RegistryHead since) {
    this.retention = retention;
    this.clock = clock;
    this.interval = interval;
    this.signer = signer;
    this.trust = trust;
    this.since = since;
  }

  /**
   * The default retention, the system's clock, two looks a second at what is watched.
   *
   * @return the options of a registry that is opened without options
   */
  public static RegistryOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Says what may be deleted here. It binds this process only; give every process that deletes the
   * same.
   *
   * @param retention what may be deleted, and when its bytes go
   * @return a changed copy
   */
  public RegistryOptions retention(Retention retention) {
    return new RegistryOptions(
        Objects.requireNonNull(retention, "retention"), clock, interval, signer, trust, since);
  }

  /**
   * Takes the time of records, floors and leases from another clock.
   *
   * @param clock the clock
   * @return a changed copy
   */
  public RegistryOptions clock(Clock clock) {
    return new RegistryOptions(
        retention, Objects.requireNonNull(clock, "clock"), interval, signer, trust, since);
  }

  /**
   * Looks at watched aliases at another interval.
   *
   * @param interval more than zero, in real time
   * @return a changed copy
   * @throws IllegalArgumentException if the interval is not more than zero
   */
  public RegistryOptions every(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException(
          "interval: found " + interval + ", expected more than zero");
    }
    return new RegistryOptions(retention, clock, interval, signer, trust, since);
  }

  /**
   * Signs every record that this process writes, of aliases and of versions' states. Libraries that
   * know of no signatures read such records as others.
   *
   * @param signer who signs; stays its maker's
   * @return a changed copy
   */
  public RegistryOptions signing(RecordSigner signer) {
    return new RegistryOptions(
        retention, clock, interval, Objects.requireNonNull(signer, "signer"), trust, since);
  }

  /**
   * Believes only records that were signed by somebody who is trusted: whatever reads others, or
   * would decide by them, throws {@link io.mlops4j.error.IntegrityException}, with the record, what
   * was found and what to do; {@link ModelRegistry#verify()} reports them. So a history that was
   * rewritten as a whole, with all digests made anew, is found by every reader. An alias or a state
   * that is cut back to an earlier record, which was signed as well, is not: that takes a head.
   *
   * <p>A record that would not be believed is not written either; so a process that changes
   * something needs {@link #signing}, too. This binds this process only.
   *
   * @param trust who is trusted with the records of which model
   * @return a changed copy
   */
  public RegistryOptions trusting(RecordTrust trust) {
    return trusting(trust, NOTHING);
  }

  /**
   * The same in a registry that began without signatures. Records up to those that a head names
   * need none, since the head vouches for them: look at what is there, take its {@link
   * ModelRegistry#head()} once, keep it with the key, and give it here from then on. Where the head
   * names a record, that very record must be there: a rewritten beginning, or an end before it, is
   * refused.
   *
   * @param trust who is trusted with the records of which model
   * @param since a head; replaces one given before
   * @return a changed copy
   */
  public RegistryOptions trusting(RecordTrust trust, RegistryHead since) {
    return new RegistryOptions(
        retention,
        clock,
        interval,
        signer,
        Objects.requireNonNull(trust, "trust"),
        Objects.requireNonNull(since, "since"));
  }

  /**
   * What may be deleted.
   *
   * @return the retention
   */
  public Retention retention() {
    return retention;
  }

  /**
   * Where times come from.
   *
   * @return the clock
   */
  public Clock clock() {
    return clock;
  }

  /**
   * How often watched aliases are looked at.
   *
   * @return more than zero
   */
  public Duration interval() {
    return interval;
  }

  /**
   * Who signs the records that are written here.
   *
   * @return empty when nobody does
   */
  public Optional<RecordSigner> signer() {
    return Optional.ofNullable(signer);
  }

  /**
   * Whose records are believed.
   *
   * @return empty when everybody's are
   */
  public Optional<RecordTrust> trust() {
    return Optional.ofNullable(trust);
  }

  /**
   * The head up to which records need no signature.
   *
   * @return without lines unless one was given
   */
  public RegistryHead since() {
    return since;
  }
}
