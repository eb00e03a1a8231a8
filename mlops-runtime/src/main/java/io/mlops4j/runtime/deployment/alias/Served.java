package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.deployment.alias.Candidates.Candidate;
import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.ServingModel;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A model that serves now or served before. Thread safe.
 *
 * @param gate opens its listeners
 * @param since when it began to serve
 * @param bound the records that are bound to it
 * @param card the card, for another test of the same version
 * @param breaker decides whether calls reach it; null without circuit breakers
 * @param standIns its identities for answers in place of another version
 * @param instead counts the answers in place of this version
 */
record Served(
    ServingModel model,
    AtomicBoolean gate,
    ServedBy servedBy,
    Instant since,
    Map<RowKey, HeldRows<?, ?>> bound,
    ModelCard card,
    @Nullable Breaker breaker,
    StandIns standIns,
    Instead instead) {
  /**
   * @param drains closes identities that are no longer needed
   */
  static Served of(Candidate candidate, Instant since, Executor drains) {
    Breaker breaker = candidate.breaker();
    Instead instead = new Instead(breaker);
    if (candidate.isProtected()) {
      candidate.model().protectedBy(instead::figures);
    }
    return new Served(
        candidate.model(),
        candidate.gate(),
        candidate.model().servedBy(),
        since,
        new ConcurrentHashMap<>(),
        candidate.card(),
        breaker,
        new StandIns(drains),
        instead);
  }

  /** The same version under another identity, which this one closes. */
  Served as(ServingModel other, @Nullable Breaker otherBreaker) {
    return new Served(
        other,
        gate,
        other.servedBy(),
        since,
        new ConcurrentHashMap<>(),
        card,
        otherBreaker,
        standIns,
        instead);
  }

  /** Binds once. */
  HeldRows<?, ?> rows(RowKey key) {
    return bound.computeIfAbsent(key, missing -> missing.bind(model));
  }

  boolean isOf(@Nullable ModelVersion version) {
    return servedBy.version().equals(Optional.ofNullable(version));
  }

  /** The calls in flight, those in place of another version included. */
  int running() {
    return model.running() + standIns.running();
  }

  void release() {
    model.release();
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    model.checkClosable();
    standIns.checkClosable();
  }

  /** Closes it, and waits for its running calls. */
  void drain() {
    drainSince(System.nanoTime());
  }

  /** The same, as a part of something that began to close at that time. */
  void drainSince(long began) {
    model.drainSince(began);
    standIns.closeSince(began);
  }
}
