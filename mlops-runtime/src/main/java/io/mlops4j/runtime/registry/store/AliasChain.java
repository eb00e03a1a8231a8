package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.registry.store.AliasJson.Named;
import io.mlops4j.runtime.registry.store.Chain.Link;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of one alias. A record holds the digest of the bytes of the record before it and of
 * the manifest of the version that it names. The digest of the newest record therefore covers the
 * whole history and every byte of every version in it.
 */
final class AliasChain {
  /** As much as clocks may disagree by default before a verification reports it. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

  private final String model;
  private final String alias;
  private final Clock clock;
  private final Chain<Named> chain;

  AliasChain(Storage storage, String model, String alias, Signing signing, Clock clock) {
    this.model = model;
    this.alias = alias;
    this.clock = clock;
    this.chain =
        new Chain<>(
            storage.aliasRecords(model, alias),
            model + "@" + alias,
            new AliasJson(model, alias),
            signing,
            signing.checker(model, ChainHeads.aliasOf(model, alias)));
  }

  Chain<Named> chain() {
    return chain;
  }

  Optional<AliasRecord> newest() {
    return chain.head().map(link -> link.record().record());
  }

  /** Returns all records, the oldest first, after checking every link. */
  List<AliasRecord> history() {
    return chain.all().stream().map(link -> link.record().record()).toList();
  }

  /**
   * Returns the newest record that is not later than a time.
   *
   * @throws RegistryException if a record whose writer's clock was behind may have been written
   *     before or after that time
   */
  Optional<AliasRecord> at(Instant when) {
    List<AliasRecord> history = history();
    refuseUnknown(history, when);
    // Once one record is too late, every record after it counts as too late.
    return history.stream()
        .takeWhile(record -> !record.at().isAfter(when))
        .reduce((before, next) -> next);
  }

  /**
   * A record whose writer's clock was behind was written between the record or version before it
   * and the next record whose writer's clock was not, or now.
   */
  private void refuseUnknown(List<AliasRecord> history, Instant when) {
    Instant latest = Instant.MIN;
    Instant from = latest;
    AliasRecord unknown = null;
    for (AliasRecord record : history) {
      latest = Chain.notBefore(record.at(), latest);
      // Durations are compared, because a written time minus five minutes may be no Instant.
      if (Duration.between(record.clock(), latest).compareTo(CLOCKS_DIFFER) <= 0) {
        refuseUnknown(unknown, from, latest, when);
        unknown = null;
      } else if (unknown == null) {
        unknown = record;
        from = latest;
      }
    }
    if (unknown != null) {
      refuseUnknown(unknown, from, clock.instant(), when);
    }
  }

  private void refuseUnknown(
      @Nullable AliasRecord unknown, Instant from, Instant until, Instant when) {
    if (unknown != null && !when.isBefore(from) && when.isBefore(until)) {
      throw Problems.refused(
          model + "@" + alias + " at " + when,
          "record %d by %s, whose clock was behind at %s, so that it was written at a time between %s and %s that is not known"
              .formatted(unknown.number(), unknown.change().actor(), unknown.clock(), from, until),
          "a time outside of these bounds; history() has all records in their order");
    }
  }

  /**
   * Appends a record.
   *
   * @param to the version that the alias names from now on, null to remove the alias
   * @param awaited whether the newest record, if there is one, is the one that the caller expects
   * @param expected that condition in words
   * @return the record, or the newest record if it has already removed the alias
   */
  AliasRecord append(
      VersionStore.@Nullable Stored to,
      Change change,
      Predicate<Optional<AliasRecord>> awaited,
      String expected) {
    while (true) {
      Optional<Link<Named>> head = chain.head();
      Optional<AliasRecord> newest = head.map(link -> link.record().record());
      if (!awaited.test(newest)) {
        throw lost(newest, expected);
      }
      if (to == null && newest.filter(AliasRecord::isRemoval).isPresent()) {
        return newest.get();
      }
      Instant now = clock.instant();
      Instant at = Chain.notBefore(now, newest.map(AliasRecord::at).orElse(Instant.MIN));
      AliasRecord next =
          new AliasRecord(
              model,
              alias,
              newest.map(AliasRecord::number).orElse(0L) + 1,
              newest.map(AliasRecord::to).orElse(null),
              to == null ? null : to.version(),
              change,
              to == null ? at : Chain.notBefore(at, to.manifest().published()),
              now,
              head.map(Link::digest).orElse((Digest) null));
      if (chain.claim(next.number(), AliasJson.write(next, to == null ? null : to.digest()))) {
        return next;
      }
    }
  }

  private RegistryException lost(Optional<AliasRecord> found, String expected) {
    String newest = found.map(AliasChain::text).orElse("no record");
    return Problems.refused(
        model + "@" + alias,
        newest,
        expected + "; nothing was changed, look at head() and decide again");
  }

  private static String text(AliasRecord record) {
    String to = record.isRemoval() ? " (removed" : " (to " + record.to();
    return "record " + record.number() + to + " by " + record.change().actor() + ")";
  }
}
