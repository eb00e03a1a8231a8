package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.registry.store.Chain.Link;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The states of a model's versions, replayed from the chain of their changes. */
final class States {
  private final Records records;
  private final String model;
  private final Clock clock;
  private final Chain<VersionRecord> chain;
  private final Map<Integer, VersionRecord> latest = new HashMap<>();
  private @Nullable VersionRecord ofModel;
  private @Nullable Link<VersionRecord> applied;

  States(Storage storage, String model, Signing signing, Clock clock) {
    this.records = storage.changeRecords(model);
    this.model = model;
    this.clock = clock;
    this.chain =
        new Chain<>(
            records,
            "the changes of " + model,
            new ChangeJson(model),
            signing,
            signing.checker(model, ChainHeads.changesOf(model)));
  }

  Chain<VersionRecord> chain() {
    return chain;
  }

  /** Returns all records, the oldest first, after checking every link. */
  List<VersionRecord> history() {
    return chain.all().stream().map(Link::record).toList();
  }

  /** Reads the records that were appended since the last call, then answers a question. */
  private <T> T current(Supplier<T> question) {
    return records.reading(
        () -> {
          synchronized (this) {
            for (Link<VersionRecord> link : chain.after(applied, chain.last())) {
              VersionRecord record = link.record();
              ofModel = record.isOfModel() ? record : ofModel;
              record.versions().forEach(version -> latest.put(version.number(), record));
              applied = link;
            }
            return question.get();
          }
        });
  }

  /** Returns the record that gave a version its state, or empty if no record changed its state. */
  Optional<VersionRecord> since(int number) {
    return current(() -> Optional.ofNullable(latest.get(number)));
  }

  /** Returns the record that retired the model, or empty if the model is not retired. */
  Optional<VersionRecord> retirement() {
    return current(() -> Optional.ofNullable(ofModel))
        .filter(record -> record.state() == VersionState.RETIRED);
  }

  VersionState of(int number) {
    return since(number).map(VersionRecord::state).orElse(VersionState.ACTIVE);
  }

  boolean isDeleted(int number) {
    return of(number).compareTo(VersionState.DELETED) >= 0;
  }

  /** Returns the versions whose state was changed to a wanted one, by number. */
  NavigableMap<Integer, VersionRecord> in(Predicate<VersionState> wanted) {
    NavigableMap<Integer, VersionRecord> found = current(() -> new TreeMap<>(latest));
    found.values().removeIf(record -> !wanted.test(record.state()));
    return found;
  }

  /**
   * Appends a change of some versions, or of the model.
   *
   * @param earliest the earliest time that the change may have
   * @param choose called before every try with the newest record; returns the versions to change,
   *     an empty list for the model as a whole, or empty if no change is needed; throws if the
   *     change is not allowed
   */
  Optional<VersionRecord> append(
      VersionState state,
      Change change,
      Instant earliest,
      Function<Optional<VersionRecord>, Optional<List<ModelVersion>>> choose) {
    while (true) {
      // Read before the choice, so that the claim fails if the chain has grown since.
      Link<VersionRecord> end = current(() -> Optional.ofNullable(applied)).orElse(null);
      Optional<List<ModelVersion>> versions =
          choose.apply(Optional.ofNullable(end).map(Link::record));
      if (versions.isEmpty()) {
        return Optional.empty();
      }
      Instant now = clock.instant();
      Instant at = Chain.notBefore(now, earliest);
      VersionRecord next =
          new VersionRecord(
              model,
              end == null ? 1 : end.number() + 1,
              state,
              versions.get(),
              change,
              end == null ? at : Chain.notBefore(at, end.header().at()),
              now,
              end == null ? null : end.digest());
      if (chain.claim(next.number(), ChangeJson.write(next))) {
        return Optional.of(next);
      }
    }
  }
}
