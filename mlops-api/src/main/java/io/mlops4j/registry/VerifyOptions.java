package io.mlops4j.registry;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a registry is verified. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class VerifyOptions {
  private static final VerifyOptions DEFAULTS =
      new VerifyOptions(null, null, true, 100, null, RegistryHead.of(List.of()));

  private final @Nullable RegistryHead expected;
  private final @Nullable ProgressListener listener;
  private final boolean bytes;
  private final int breaks;
  private final @Nullable RecordTrust trust;
  private final RegistryHead since;

  private VerifyOptions(
      @Nullable RegistryHead expected,
      @Nullable ProgressListener listener,
      boolean bytes,
      int breaks,
      @Nullable RecordTrust trust,
      RegistryHead since) {
    this.expected = expected;
    this.listener = listener;
    this.bytes = bytes;
    this.breaks = breaks;
    this.trust = trust;
    this.since = since;
  }

  /**
   * Everything that is stored, against itself; at most 100 breaks are told one by one.
   *
   * @return the options that a verification without options uses
   */
  public static VerifyOptions withDefaults() {
    return DEFAULTS;
  }

  /**
   * Also against a head that was kept elsewhere.
   *
   * @param head what {@link ModelRegistry#head()} gave earlier
   * @return a changed copy
   */
  public VerifyOptions expecting(RegistryHead head) {
    return new VerifyOptions(
        Objects.requireNonNull(head, "head"), listener, bytes, breaks, trust, since);
  }

  /**
   * Tells somebody how far it is, who may also end it.
   *
   * @param listener told on the verifying thread; replaces one given before
   * @return a changed copy
   */
  public VerifyOptions listener(ProgressListener listener) {
    return new VerifyOptions(
        expected, Objects.requireNonNull(listener, "listener"), bytes, breaks, trust, since);
  }

  /**
   * Leaves the models' own bytes out, which takes nearly all of the time: checks the records, the
   * cards, and what is recorded about the bytes.
   *
   * @return a changed copy
   */
  public VerifyOptions recordsOnly() {
    return new VerifyOptions(expected, listener, false, breaks, trust, since);
  }

  /**
   * Bounds how many breaks are told one by one; the rest is counted.
   *
   * @param breaks at least 1
   * @return a changed copy
   * @throws IllegalArgumentException if the number is below 1
   */
  public VerifyOptions atMostBreaks(int breaks) {
    if (breaks < 1) {
      throw new IllegalArgumentException("breaks: found " + breaks + ", expected at least 1");
    }
    return new VerifyOptions(expected, listener, bytes, breaks, trust, since);
  }

  /**
   * Also who signed the records: those that nobody who is trusted has signed are breaks. Without
   * this, a registry that was opened with {@link RegistryOptions#trusting(RecordTrust)} is verified
   * by that.
   *
   * @param trust who is trusted with the records of which model
   * @return a changed copy
   */
  public VerifyOptions trusting(RecordTrust trust) {
    return trusting(trust, RegistryHead.of(List.of()));
  }

  /**
   * The same where records up to those that a head names need no signature, since the head vouches
   * for them; see {@link RegistryOptions#trusting(RecordTrust, RegistryHead)}.
   *
   * @param trust who is trusted with the records of which model
   * @param since a head; where it names a record, that very record must be there
   * @return a changed copy
   */
  public VerifyOptions trusting(RecordTrust trust, RegistryHead since) {
    return new VerifyOptions(
        expected,
        listener,
        bytes,
        breaks,
        Objects.requireNonNull(trust, "trust"),
        Objects.requireNonNull(since, "since"));
  }

  /**
   * The head that was kept elsewhere.
   *
   * @return empty when there is none
   */
  public Optional<RegistryHead> expected() {
    return Optional.ofNullable(expected);
  }

  /**
   * Who is told of progress.
   *
   * @return empty when nobody is
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(listener);
  }

  /**
   * Whether the models' own bytes are read and digested.
   *
   * @return true unless {@link #recordsOnly} was asked for
   */
  public boolean bytes() {
    return bytes;
  }

  /**
   * How many breaks are told one by one.
   *
   * @return at least 1
   */
  public int breaks() {
    return breaks;
  }

  /**
   * Whose records are believed.
   *
   * @return empty when the registry's own options say so
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
