package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.store.AliasJson.Named;
import io.mlops4j.runtime.registry.store.Chain.Link;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of one alias. A record holds the digest of the bytes of the one before and of the
 * manifest of the version that it names, so that whoever knows the head's digest knows the whole
 * history, and every byte of every version in it.
 */
final class AliasChain {
  private final Records records;
  private final String model;
  private final String alias;
  private final Chain<Named> chain;

  AliasChain(Records records, String model, String alias, Signing signing) {
    this.records = records;
    this.model = model;
    this.alias = alias;
    String name = model + "@" + alias;
    this.chain =
        new Chain<>(
            records,
            name,
            new AliasJson(model, alias),
            signing,
            signing.judge(model, ChainHeads.aliasOf(model, alias)));
  }

  long last() {
    return chain.last();
  }

  String place(long number) {
    return chain.place(number);
  }

  Optional<Link<Named>> head() {
    return chain.head();
  }

  Link<Named> readAnyhow(long number) {
    return chain.readAnyhow(number);
  }

  /** All records, the oldest first, every link checked. */
  List<AliasRecord> history() {
    List<AliasRecord> history = new ArrayList<>();
    Link<Named> before = null;
    for (Link<Named> next : chain.all()) {
      checkFrom(before, next);
      history.add(next.record().record());
      before = next;
    }
    return List.copyOf(history);
  }

  /**
   * The newest record that is not later than a time. Records that an older library wrote with a
   * clock that was behind count from the time of the records before them.
   */
  Optional<AliasRecord> at(Instant when) {
    AliasRecord found = null;
    for (AliasRecord next : history()) {
      if (next.at().isAfter(when)) {
        break; // so are all after it, in the order of the chain
      }
      found = next;
    }
    return Optional.ofNullable(found);
  }

  void checkLink(@Nullable Link<Named> before, Link<Named> next) {
    chain.checkLink(before, next);
    checkFrom(before, next);
  }

  private void checkFrom(@Nullable Link<Named> before, Link<Named> next) {
    ModelVersion named = before == null ? null : before.record().record().to();
    ModelVersion from = next.record().record().from();
    if (!Objects.equals(named, from)) {
      throw Document.damaged(
          chain.place(next.number()), "a change from " + from + " after one to " + named);
    }
  }

  /**
   * Appends a record.
   *
   * @param to what the alias names from now on, null to remove it
   * @param awaited whether the newest record, if there is one, is what the caller expects
   * @param expected that in words
   * @return the record, or the newest one if that removed the alias already
   */
  AliasRecord append(
      VersionStore.@Nullable Stored to,
      Change change,
      Clock clock,
      Predicate<Optional<AliasRecord>> awaited,
      String expected) {
    try {
      while (true) {
        Optional<Link<Named>> head = head();
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
    } catch (IOException e) {
      throw records.cannotStore(model + "@" + alias, e);
    }
  }

  private RegistryException lost(Optional<AliasRecord> found, String expected) {
    return new RegistryException(
        model
            + "@"
            + alias
            + ": found "
            + found
                .map(
                    r ->
                        "record "
                            + r.number()
                            + (r.isRemoval() ? " (removed" : " (to " + r.to())
                            + " by "
                            + r.change().actor()
                            + ")")
                .orElse("no record")
            + ", expected "
            + expected
            + "; nothing was changed, look at head() and decide again",
        null);
  }
}
