package io.mlops4j.registry;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a verification checks. Immutable, so that one instance can serve many verifications. */
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
   * Returns the options that a verification without options uses. They check everything that is
   * stored against itself, and list at most 100 breaks one by one.
   *
   * @return the defaults
   */
  public static VerifyOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The head to compare with.
   *
   * @return empty if there is none
   */
  public Optional<RegistryHead> expected() {
    return Optional.ofNullable(expected);
  }

  /**
   * The listener that is notified of progress.
   *
   * @return empty if there is none
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Whether the models' own bytes are read and digested.
   *
   * @return false after {@link Builder#recordsOnly}
   */
  public boolean bytes() {
    return bytes;
  }

  /**
   * How many breaks are listed one by one.
   *
   * @return at least 1
   */
  public int breaks() {
    return breaks;
  }

  /**
   * The signers whose records are trusted.
   *
   * @return empty if the registry's own options decide
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

  /**
   * The signers whose signatures of versions are trusted.
   *
   * @return empty if versions need no trusted signature
   */
  public Optional<VersionTrust> versionTrust() {
    return Optional.ofNullable(versionTrust);
  }

  /**
   * How far clocks may disagree without being reported.
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
     * Compares with a head that was kept outside the registry.
     *
     * @param head what {@link ModelRegistry#head()} returned earlier
     * @return this builder
     */
    public Builder expecting(RegistryHead head) {
      this.expected = Objects.requireNonNull(head, "head");
      return this;
    }

    /**
     * Reports progress to a listener, which may end the verification by an exception.
     *
     * @param listener called on the verifying thread; replaces one given before
     * @return this builder
     */
    public Builder listener(ProgressListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Checks the records, the cards, and what is recorded about the models' bytes, but does not
     * read those bytes, which takes nearly all of the time.
     *
     * @return this builder
     */
    public Builder recordsOnly() {
      this.bytes = false;
      return this;
    }

    /**
     * Limits how many breaks are listed one by one. The rest is counted.
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
     * Reports records that no trusted signer has signed as breaks. Without this setting, a registry
     * that was opened with {@link RegistryOptions.Builder#trusting(RecordTrust)} uses its own
     * trust.
     *
     * @param trust the trusted signers of each model's records
     * @return this builder
     */
    public Builder trusting(RecordTrust trust) {
      return trusting(trust, RegistryHead.of(List.of()));
    }

    /**
     * Reports records that no trusted signer has signed as breaks, except for those up to a head;
     * see {@link RegistryOptions.Builder#trusting(RecordTrust, RegistryHead)}.
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
     * Checks the signatures of the versions, too: a version without a trusted signature is a break
     * of the chain {@code signatures NAME}. A version whose files were removed is judged by what
     * its manifest says about them. Without this setting, signatures are only checked to be
     * undamaged and about their version's files.
     *
     * @param trust the trusted signers of each model's versions, such as a {@code TrustPolicy}
     * @return this builder
     */
    public Builder trustingVersions(VersionTrust trust) {
      this.versionTrust = Objects.requireNonNull(trust, "trust");
      return this;
    }

    /**
     * Limits how far the clocks of writers may disagree before {@link Verification#jumps} reports
     * it: a version or record whose clock was behind that of an earlier one, or is ahead of this
     * process's. 5 minutes unless set.
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
