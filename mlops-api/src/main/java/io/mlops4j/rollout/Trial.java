package io.mlops4j.rollout;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Gate} judges: a candidate that receives a share of the calls of a rollout, or one
 * that was trained and has received none, and the version that it is compared with. Immutable and
 * thread safe.
 */
public final class Trial {
  private final ModelCard candidate;
  private final Digest candidateDigest;
  private final Instant since;
  private final @Nullable ModelVersion candidateVersion;
  private final @Nullable ModelVersion baseline;
  private final @Nullable ModelCard baselineCard;

  private Trial(
      ModelCard candidate,
      Digest candidateDigest,
      Instant since,
      @Nullable ModelVersion candidateVersion,
      @Nullable ModelVersion baseline,
      @Nullable ModelCard baselineCard) {
    this.candidate = Objects.requireNonNull(candidate, "candidate");
    this.candidateDigest = candidateDigest;
    this.since = Objects.requireNonNull(since, "since");
    this.candidateVersion = candidateVersion;
    this.baseline = baseline;
    this.baselineCard = baselineCard;
  }

  /**
   * Returns the trial of a candidate that is not in a registry, without a baseline.
   *
   * @param candidate the candidate's card; its metrics are those of the evaluation
   * @param digest the digest of the candidate's bytes
   * @param since the time from which calls count: the beginning of the present step of a rollout
   * @return the trial
   */
  public static Trial of(ModelCard candidate, Digest digest, Instant since) {
    Objects.requireNonNull(digest, "digest");
    return new Trial(candidate, digest, since, null, null, null);
  }

  /**
   * Returns the trial of a version of a registry, without a baseline.
   *
   * @param version the candidate
   * @param card its card
   * @param since the time from which calls count: the beginning of the present step of a rollout
   * @return the trial
   */
  public static Trial of(ModelVersion version, ModelCard card, Instant since) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(card, "card");
    return new Trial(card, version.digest(), since, version, null, null);
  }

  /**
   * Sets the version that the candidate is compared with.
   *
   * @param version the version that serves the other calls, or would go on serving
   * @param card its card
   * @return a changed copy
   */
  public Trial against(ModelVersion version, ModelCard card) {
    return new Trial(
        candidate,
        candidateDigest,
        since,
        candidateVersion,
        Objects.requireNonNull(version, "version"),
        Objects.requireNonNull(card, "card"));
  }

  /** {@return the candidate's card; its metrics are those of the evaluation} */
  public ModelCard candidate() {
    return candidate;
  }

  /** {@return the digest of the candidate's bytes} */
  public Digest candidateDigest() {
    return candidateDigest;
  }

  /** {@return the candidate in its registry; empty if it was not published yet} */
  public Optional<ModelVersion> candidateVersion() {
    return Optional.ofNullable(candidateVersion);
  }

  /** {@return the version that the candidate is compared with; empty if it is the first one} */
  public Optional<ModelVersion> baseline() {
    return Optional.ofNullable(baseline);
  }

  /** {@return the card of the baseline; empty if there is no baseline} */
  public Optional<ModelCard> baselineCard() {
    return Optional.ofNullable(baselineCard);
  }

  /** {@return the time from which calls count} */
  public Instant since() {
    return since;
  }

  /**
   * Returns whether the candidate answered a call. Versions are compared where both sides name one,
   * because two versions may have the same bytes; otherwise digests are.
   *
   * @param servedBy the model that answered
   * @return whether it is the candidate
   */
  public boolean isCandidate(ServedBy servedBy) {
    Objects.requireNonNull(servedBy, "servedBy");
    return is(candidateVersion, candidateDigest, servedBy);
  }

  /**
   * Returns whether the baseline answered a call.
   *
   * @param servedBy the model that answered
   * @return whether it is the baseline; false if there is none
   */
  public boolean isBaseline(ServedBy servedBy) {
    Objects.requireNonNull(servedBy, "servedBy");
    return baseline != null && is(baseline, baseline.digest(), servedBy);
  }

  private static boolean is(@Nullable ModelVersion version, Digest digest, ServedBy servedBy) {
    Optional<ModelVersion> served = servedBy.version();
    if (version == null || served.isEmpty()) {
      return servedBy.digest().equals(digest);
    }
    return served.get().equals(version);
  }

  /** {@return candidate, baseline and time, for people} */
  @Override
  public String toString() {
    return (candidateVersion == null
            ? candidate.name() + ", " + candidateDigest.abbreviated()
            : candidateVersion.toString())
        + (baseline == null ? "" : " against " + baseline)
        + " since "
        + since;
  }
}
