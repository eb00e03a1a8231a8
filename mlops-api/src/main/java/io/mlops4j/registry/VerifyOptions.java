package io.mlops4j.registry;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of a registry is verified. Immutable: every method returns a changed copy; share an instance
 * freely.
 */
public final class VerifyOptions {
  private static final VerifyOptions DEFAULTS = new VerifyOptions(new Values());

  private final Values values;

  /** The settings, copied before each change. */
  private static final class Values implements Cloneable {
    @Nullable RegistryHead expected;
    @Nullable ProgressListener listener;
    boolean bytes = true;
    int breaks = 100;
    @Nullable RecordTrust trust;
    RegistryHead since = RegistryHead.of(List.of());
    @Nullable VersionTrust versionTrust;
    Duration clockTolerance = Duration.ofMinutes(5);

    Values copy() {
      try {
        return (Values) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private VerifyOptions(Values values) {
    this.values = values;
  }

  private VerifyOptions with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new VerifyOptions(copy);
  }

  /**
   * Everything that is stored, against itself; at most 100 breaks are listed one by one.
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
    Objects.requireNonNull(head, "head");
    return with(values -> values.expected = head);
  }

  /**
   * Tells somebody how far it is, who may also end it.
   *
   * @param listener told on the verifying thread; replaces one given before
   * @return a changed copy
   */
  public VerifyOptions listener(ProgressListener listener) {
    Objects.requireNonNull(listener, "listener");
    return with(values -> values.listener = listener);
  }

  /**
   * Leaves the models' own bytes out, which takes nearly all of the time: checks the records, the
   * cards, and what is recorded about the bytes.
   *
   * @return a changed copy
   */
  public VerifyOptions recordsOnly() {
    return with(values -> values.bytes = false);
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
    return with(values -> values.breaks = breaks);
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
    Objects.requireNonNull(trust, "trust");
    Objects.requireNonNull(since, "since");
    return with(
        values -> {
          values.trust = trust;
          values.since = since;
        });
  }

  /**
   * Also checks the signatures of the versions: a version whose signatures nobody who is trusted
   * has made is a break of the chain {@code signatures NAME}. A version whose files were removed is
   * judged by what its manifest says about them. Without this, signatures are only checked to be
   * undamaged and about their version's files.
   *
   * @param trust who is trusted with the versions of which model, such as a {@code TrustPolicy}
   * @return a changed copy
   */
  public VerifyOptions trustingVersions(VersionTrust trust) {
    Objects.requireNonNull(trust, "trust");
    return with(values -> values.versionTrust = trust);
  }

  /**
   * Bounds how far the clocks of writers may disagree before {@link Verification#jumps} reports it:
   * a version or record whose clock was behind that of an earlier one, or is ahead of this
   * process's. 5 minutes unless set.
   *
   * @param tolerance zero or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is negative
   */
  public VerifyOptions clockTolerance(Duration tolerance) {
    if (tolerance.isNegative()) {
      throw new IllegalArgumentException("tolerance: found " + tolerance + ", expected 0 or more");
    }
    return with(values -> values.clockTolerance = tolerance);
  }

  /**
   * The head that was kept elsewhere.
   *
   * @return empty when there is none
   */
  public Optional<RegistryHead> expected() {
    return Optional.ofNullable(values.expected);
  }

  /**
   * Who is told of progress.
   *
   * @return empty when nobody is
   */
  public Optional<ProgressListener> listener() {
    return Optional.ofNullable(values.listener);
  }

  /**
   * Whether the models' own bytes are read and digested.
   *
   * @return true unless {@link #recordsOnly} was asked for
   */
  public boolean bytes() {
    return values.bytes;
  }

  /**
   * How many breaks are told one by one.
   *
   * @return at least 1
   */
  public int breaks() {
    return values.breaks;
  }

  /**
   * Whose records are believed.
   *
   * @return empty when the registry's own options say so
   */
  public Optional<RecordTrust> trust() {
    return Optional.ofNullable(values.trust);
  }

  /**
   * The head up to which records need no signature.
   *
   * @return without lines unless one was given
   */
  public RegistryHead since() {
    return values.since;
  }

  /**
   * Whose signatures of versions are believed.
   *
   * @return empty when nobody's are asked for
   */
  public Optional<VersionTrust> versionTrust() {
    return Optional.ofNullable(values.versionTrust);
  }

  /**
   * How far clocks may disagree without being reported.
   *
   * @return zero or more
   */
  public Duration clockTolerance() {
    return values.clockTolerance;
  }
}
