package io.mlops4j.registry;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a verification. Immutable and thread safe, so one instance can serve many
 * verifications.
 */
public final class VerifyOptions {
  private static final VerifyOptions DEFAULTS = builder().build();

  private final @Nullable RegistryHead expected;
  private final @Nullable ProgressListener listener;
  private final boolean bytes;
  private final int breaks;
  private final @Nullable RecordTrust trust;
  private final RegistryHead since;
  private final @Nullable VersionTrust versionTrust;
  private final Duration clockTolerance;

  private VerifyOptions(Builder builder) {
    this.expected = builder.expected;
    this.listener = builder.listener;
    this.bytes = builder.bytes;
    this.breaks = builder.breaks;
    this.trust = builder.trust;
    this.since = builder.since;
    this.versionTrust = builder.versionTrust;
    this.clockTolerance = builder.clockTolerance;
  }

  /**
   * Returns the options that a verification without options uses. They check all stored records and
   * bytes against the stored digests, and list at most 100 breaks.
   *
   * @return the defaults
   */
  public static VerifyOptions defaults() {
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
   * Returns the head to compare with.
   *
   * @return empty if there is none
   */
  public Optional<RegistryHead> expected() {
    return Optional.ofNullable(expected);
  }

  /**
   * Returns the listener that is notified of progress.
   *
   * @return empty if there is none
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Returns whether the models' own bytes are read and digested.
   *
   * @return false after {@link Builder#recordsOnly}
   */
  public boolean bytes() {
    return bytes;
  }

  /**
   * Returns the largest number of breaks that are listed.
   *
   * @return at least 1
   */
  public int breaks() {
    return breaks;
  }

  /**
   * Returns the signers whose records are trusted.
   *
   * @return empty if the registry's own options decide
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

  /**
   * Returns the signers whose signatures of versions are trusted.
   *
   * @return empty if versions need no trusted signature
   */
  public Optional<VersionTrust> versionTrust() {
    return Optional.ofNullable(versionTrust);
  }

  /**
   * Returns how far clocks may disagree without being reported.
   *
   * @return zero or more
   */
  public Duration clockTolerance() {
    return clockTolerance;
  }

  /** Collects the settings. Every method changes this builder. Not thread safe. */
  public static final class Builder {
    private @Nullable RegistryHead expected;
    private @Nullable ProgressListener listener;
    private boolean bytes = true;
    private int breaks = 100;
    private @Nullable RecordTrust trust;
    private RegistryHead since = RegistryHead.of(List.of());
    private @Nullable VersionTrust versionTrust;
    private Duration clockTolerance = Duration.ofMinutes(5);

    private Builder() {}

    /**
     * Compares the registry with a head that was kept elsewhere.
     *
     * @param head what {@link ModelRegistry#head()} returned earlier
     * @return this builder
     */
    public Builder expecting(RegistryHead head) {
      this.expected = Objects.requireNonNull(head, "head");
      return this;
    }

    /**
     * Reports progress to a listener. An exception of the listener ends the verification.
     *
     * @param listener the listener, called on the verifying thread; it replaces one given before
     * @return this builder
     */
    public Builder listener(ProgressListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Checks the records, the cards, and what is recorded about the models' bytes, but does not
     * read those bytes. Reading them takes nearly all of the time.
     *
     * @return this builder
     */
    public Builder recordsOnly() {
      this.bytes = false;
      return this;
    }

    /**
     * Limits how many breaks are listed. Further breaks are only counted.
     *
     * @param breaks at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is below 1
     */
    public Builder atMostBreaks(int breaks) {
      if (breaks < 1) {
        throw new IllegalArgumentException("breaks: found " + breaks + ", expected at least 1");
      }
      this.breaks = breaks;
      return this;
    }

    /**
     * Reports records without a signature of a trusted signer as breaks. Without this setting, a
     * registry that was opened with {@link RegistryOptions.Builder#trusting(RecordTrust)} uses its
     * own trust.
     *
     * @param trust the trusted signers of each model's records
     * @return this builder
     */
    public Builder trusting(RecordTrust trust) {
      return trusting(trust, RegistryHead.of(List.of()));
    }

    /**
     * Reports records without a signature of a trusted signer as breaks, except for records up to a
     * head; see {@link RegistryOptions.Builder#trusting(RecordTrust, RegistryHead)}.
     *
     * @param trust the trusted signers of each model's records
     * @param since a head; each record that it names must exist unchanged
     * @return this builder
     */
    public Builder trusting(RecordTrust trust, RegistryHead since) {
      Objects.requireNonNull(trust, "trust");
      this.since = Objects.requireNonNull(since, "since");
      this.trust = trust;
      return this;
    }

    /**
     * Checks the signatures of versions, too: a version without a trusted signature is a break of
     * the chain {@code signatures NAME}. If the files of a version were removed, its manifest is
     * used instead. Without this setting, the verification only checks that signatures are
     * undamaged and were made for the files of their version.
     *
     * @param trust the trusted signers of each model's versions, such as a {@code TrustPolicy}
     * @return this builder
     */
    public Builder trustingVersions(VersionTrust trust) {
      this.versionTrust = Objects.requireNonNull(trust, "trust");
      return this;
    }

    /**
     * Sets how far the clocks of writers may disagree before {@link Verification#jumps} reports it.
     * A jump is a version or record whose clock was behind that of an earlier one, or is ahead of
     * the clock of this process. The default is 5 minutes.
     *
     * @param tolerance zero or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder clockTolerance(Duration tolerance) {
      if (tolerance.isNegative()) {
        throw new IllegalArgumentException(
            "tolerance: found " + tolerance + ", expected 0 or more");
      }
      this.clockTolerance = tolerance;
      return this;
    }

    /**
     * Builds the options. The builder can be used further.
     *
     * @return an immutable value
     */
    public VerifyOptions build() {
      return new VerifyOptions(this);
    }
  }
}
