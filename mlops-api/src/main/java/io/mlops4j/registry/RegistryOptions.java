package io.mlops4j.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings for opening a registry. Immutable and thread safe, so one instance can open many
 * registries.
 */
public final class RegistryOptions {
  private static final RegistryOptions DEFAULTS = builder().build();

  private final Retention retention;
  private final Clock clock;
  private final Duration interval;
  private final @Nullable RecordSigner signer;
  private final @Nullable RecordTrust trust;
  private final RegistryHead since;

  private RegistryOptions(Builder builder) {
    this.retention = builder.retention;
    this.clock = builder.clock;
    this.interval = builder.interval;
    this.signer = builder.signer;
    this.trust = builder.trust;
    this.since = builder.since;
  }

  /**
   * Returns the options of a registry that is opened without options: the default retention, the
   * system's clock, and a check of watched aliases every 500 ms.
   *
   * @return the defaults
   */
  public static RegistryOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a builder with the default settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a builder with the settings of this instance.
   *
   * @return a new builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.retention = retention;
    builder.clock = clock;
    builder.interval = interval;
    builder.signer = signer;
    builder.trust = trust;
    builder.since = since;
    return builder;
  }

  /**
   * Returns the retention: what may be deleted, and when its bytes are removed.
   *
   * @return the retention
   */
  public Retention retention() {
    return retention;
  }

  /**
   * Returns the clock for all times that the registry records.
   *
   * @return the clock
   */
  public Clock clock() {
    return clock;
  }

  /**
   * Returns the interval at which watched aliases are read.
   *
   * @return more than zero
   */
  public Duration interval() {
    return interval;
  }

  /**
   * Returns the signer of the records that this process writes.
   *
   * @return empty if records are not signed
   */
  public Optional<RecordSigner> signer() {
    return Optional.ofNullable(signer);
  }

  /**
   * Returns the signers whose records are trusted.
   *
   * @return empty if all records are trusted
   */
  public Optional<RecordTrust> trust() {
    return Optional.ofNullable(trust);
  }

  /**
   * Returns the head up to which records need no signature.
   *
   * @return a head without entries unless one was given
   */
  public RegistryHead since() {
    return since;
  }

  /** Collects the settings. Every method changes this builder. Not thread safe. */
  public static final class Builder {
    private Retention retention = Retention.withDefaults();
    private Clock clock = Clock.systemUTC();
    private Duration interval = Duration.ofMillis(500);
    private @Nullable RecordSigner signer;
    private @Nullable RecordTrust trust;
    private RegistryHead since = RegistryHead.of(List.of());

    private Builder() {}

    /**
     * Sets what may be deleted. The setting binds this process only, so give the same retention to
     * every process that deletes.
     *
     * @param retention what may be deleted, and when its bytes are removed
     * @return this builder
     */
    public Builder retention(Retention retention) {
      this.retention = Objects.requireNonNull(retention, "retention");
      return this;
    }

    /**
     * Sets the clock for the times of records, floors and leases. With the default, {@link
     * Clock#systemUTC}, a registry in a database takes the times of records and floors from the
     * database, so that the clocks of its writers do not matter. Any other clock counts as it is.
     *
     * @param clock the clock
     * @return this builder
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets the interval at which watched aliases are read.
     *
     * @param interval the time between two reads in real time, more than zero
     * @return this builder
     * @throws IllegalArgumentException if the interval is not more than zero
     */
    public Builder every(Duration interval) {
      if (interval.isNegative() || interval.isZero()) {
        throw new IllegalArgumentException(
            "interval: found " + interval + ", expected more than zero");
      }
      this.interval = interval;
      return this;
    }

    /**
     * Signs every record that this process writes: those of aliases and those of versions' states.
     * Versions of this library that do not know signatures read signed records like unsigned ones.
     *
     * @param signer the signer; the registry does not close it
     * @return this builder
     */
    public Builder signing(RecordSigner signer) {
      this.signer = Objects.requireNonNull(signer, "signer");
      return this;
    }

    /**
     * Trusts only records that a trusted signer has signed. A method that reads or needs another
     * record throws {@link io.mlops4j.error.IntegrityException} with the record, what was found and
     * what to do. {@link ModelRegistry#verify()} reports such records.
     *
     * <p>So every reader detects a history that was rewritten as a whole with new digests. A reader
     * does not detect an alias or a state that was cut back to an earlier record, because that
     * record was signed, too. Comparing with a head detects it.
     *
     * <p>The registry does not write a record that it would not trust, so a process that changes
     * something also needs {@link #signing}. This setting binds this process only.
     *
     * @param trust the trusted signers of each model's records
     * @return this builder
     */
    public Builder trusting(RecordTrust trust) {
      return trusting(trust, RegistryHead.of(List.of()));
    }

    /**
     * Trusts only signed records, except for those up to a head. Use it for a registry that began
     * without signatures: the head vouches for the records that it names and for those before them.
     *
     * <p>Check the contents of the registry, take its {@link ModelRegistry#head()} once, keep it
     * with the key, and pass it here from then on. Each record that the head names must exist
     * unchanged. A rewritten beginning, or a chain that ends before the head, is rejected.
     *
     * @param trust the trusted signers of each model's records
     * @param since a head; it replaces one given before
     * @return this builder
     */
    public Builder trusting(RecordTrust trust, RegistryHead since) {
      Objects.requireNonNull(trust, "trust");
      this.since = Objects.requireNonNull(since, "since");
      this.trust = trust;
      return this;
    }

    /**
     * Builds the options. The builder can be used further.
     *
     * @return an immutable value
     */
    public RegistryOptions build() {
      return new RegistryOptions(this);
    }
  }
}
