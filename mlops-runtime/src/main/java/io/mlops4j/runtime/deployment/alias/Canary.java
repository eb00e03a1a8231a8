package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.CanaryStatus;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.RolloutStatus;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the calls that a candidate answers. Thread safe. */
final class Canary {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final AliasFollower candidate;
  private final CallCounter calls;
  private final double fixed;
  private final @Nullable Function<AliasRecord, RolloutStatus> rollouts;
  private volatile @Nullable Step step;

  /** The state of a rollout at a record, which is read once; null if it cannot be read. */
  private record Step(AliasRecord record, @Nullable RolloutStatus status) {}

  /**
   * @param calls counts the calls of candidate and champion
   * @param fixed the share of the calls without rollouts
   * @param rollouts reads the state of a rollout from a record, or null
   */
  Canary(
      AliasFollower candidate,
      CallCounter calls,
      double fixed,
      @Nullable Function<AliasRecord, RolloutStatus> rollouts) {
    this.candidate = candidate;
    this.calls = calls;
    this.fixed = fixed;
    this.rollouts = rollouts;
  }

  AliasFollower candidate() {
    return candidate;
  }

  /**
   * Counts a call of the candidate if it is to answer.
   *
   * @return the candidate, which the caller releases when the call has ended; null if the champion
   *     answers
   */
  @Nullable Served acquire(CallOptions options) {
    Served now = candidate.current().orNull();
    return now != null && answers(now, options) && now.model().acquire() ? now : null;
  }

  private boolean answers(Served now, CallOptions options) {
    if (options.route().isPresent()) {
      return options.route().get() == Route.CANARY;
    }
    double share = share(now.servedBy().alias().orElse(null));
    if (share <= 0 || share >= 1) {
      return share >= 1;
    }
    double position =
        options
            .key()
            .map(key -> position(key, now.servedBy().digest().hashCode()))
            .orElseGet(() -> ThreadLocalRandom.current().nextDouble());
    return position < share;
  }

  /**
   * Returns a number from 0 to 1 that depends on the key and the candidate only: FNV-1a, mixed by
   * the finaliser of splitmix64.
   */
  static double position(String key, int salt) {
    long hash = 0xcbf29ce484222325L ^ salt;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return ((hash ^ (hash >>> 31)) >>> 11) * 0x1p-53;
  }

  private double share(@Nullable AliasRecord record) {
    if (rollouts == null) {
      return fixed;
    }
    RolloutStatus status = record == null ? null : status(record, rollouts);
    return status == null ? 0 : status.share();
  }

  /** A record that no rollout wrote must not fail the calls: the candidate then answers none. */
  @SuppressWarnings("ReferenceEquality") // a record is the same object while its step lasts
  private @Nullable RolloutStatus status(
      AliasRecord record, Function<AliasRecord, RolloutStatus> rollouts) {
    Step known = step;
    if (known == null || known.record() != record) {
      RolloutStatus read = null;
      try {
        read = rollouts.apply(record);
      } catch (RegistryException e) {
        LOG.warn("a candidate answers no calls: {}", e.getMessage());
      }
      known = new Step(record, read);
      step = known;
    }
    return known.status();
  }

  /** The rollout that the newest record states; empty without one. */
  Optional<RolloutStatus> rollout() {
    Function<AliasRecord, RolloutStatus> reads = rollouts;
    return reads == null
        ? Optional.empty()
        : candidate
            .newest()
            .filter(record -> !record.isRemoval())
            .flatMap(record -> Optional.ofNullable(status(record, reads)));
  }

  /** Why the candidate of the newest record is refused; an earlier one says nothing about it. */
  Optional<DeploymentStatus.Refusal> refused() {
    return candidate
        .refused()
        .filter(refusal -> candidate.newest().equals(Optional.of(refusal.record())));
  }

  /** Whether the candidate of the newest record serves. */
  boolean servesNewest() {
    return candidate.newest().equals(candidate.servedBy().flatMap(by -> by.alias()));
  }

  Optional<CanaryStatus> status() {
    Optional<AliasRecord> newest = candidate.newest().filter(record -> !record.isRemoval());
    return newest.map(
        record ->
            new CanaryStatus(
                candidate.servedBy(),
                share(record),
                candidate.refused(),
                candidate.waiting(),
                rollout(),
                calls.comparison()));
  }
}
