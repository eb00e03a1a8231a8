package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.registry.store.Chain.Link;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What became of a model's versions: their states, replayed from the chain of their changes. */
final class States {
  private final Records records;
  private final String model;
  private final Chain<VersionRecord> chain;
  private final Map<Integer, VersionRecord> latest = new HashMap<>();
  private @Nullable VersionRecord ofModel;
  private @Nullable Link<VersionRecord> applied;

  States(Records records, String model, Signing signing) {
    this.records = records;
    this.model = model;
    this.chain =
        new Chain<>(
            records,
            changesOf(model),
            new ChangeJson(model),
            signing,
            signing.judge(model, ChainHeads.changesOf(model)));
  }

  /**
   * When something changes.
   *
   * @param clock this process's clock
   * @param earliest what the change cannot be earlier than
   */
  record When(Clock clock, Instant earliest) {}

  private static String changesOf(String model) {
    return "the changes of " + model;
  }

  Chain<VersionRecord> chain() {
    return chain;
  }

  /** All records, the oldest first, every link checked. */
  List<VersionRecord> history() {
    return chain.all().stream().map(Link::record).toList();
  }

  /** Reads what was appended since; gives the last. */
  private Optional<Link<VersionRecord>> refresh() {
    return records.reading(this::catchUp);
  }

  private synchronized Optional<Link<VersionRecord>> catchUp() {
    for (Link<VersionRecord> link : chain.after(applied, chain.last())) {
      VersionRecord record = link.record();
      ofModel = record.isOfModel() ? record : ofModel;
      record.versions().forEach(version -> latest.put(version.number(), record));
      applied = link;
    }
    return Optional.ofNullable(applied);
  }

  /**
   * The record that brought a version into its state, empty for one that is as it was published.
   */
  Optional<VersionRecord> since(int number) {
    return records.reading(
        () -> {
          synchronized (this) {
            catchUp();
            return Optional.ofNullable(latest.get(number));
          }
        });
  }

  /** The record that retired the model, empty for one that is not retired. */
  Optional<VersionRecord> retirement() {
    return records.reading(
        () -> {
          synchronized (this) {
            catchUp();
            return Optional.ofNullable(ofModel)
                .filter(record -> record.state() == VersionState.RETIRED);
          }
        });
  }

  VersionState of(int number) {
    return since(number).map(VersionRecord::state).orElse(VersionState.ACTIVE);
  }

  boolean isDeleted(int number) {
    return of(number).compareTo(VersionState.DELETED) >= 0;
  }

  /** The versions that are in a state by a record, by number. */
  NavigableMap<Integer, VersionRecord> in(Predicate<VersionState> wanted) {
    return records.reading(() -> inNow(wanted));
  }

  private synchronized NavigableMap<Integer, VersionRecord> inNow(Predicate<VersionState> wanted) {
    catchUp();
    NavigableMap<Integer, VersionRecord> found = new TreeMap<>();
    latest.forEach(
        (number, record) -> {
          if (wanted.test(record.state())) {
            found.put(number, record);
          }
        });
    return Collections.unmodifiableNavigableMap(found);
  }

  /**
   * Appends a change of some versions, or of the model.
   *
   * @param when the clock, and what the change cannot be earlier than
   * @param choose says which versions, before every try, where none are the model as a whole;
   *     throws if none may be changed, and is empty when none need to be
   */
  Optional<VersionRecord> append(
      VersionState state,
      Change change,
      When when,
      Function<Optional<VersionRecord>, Optional<List<ModelVersion>>> choose) {
    try {
      while (true) {
        // Before the choice: a chain that grew since makes the claim fail.
        Link<VersionRecord> end = refresh().orElse(null);
        Optional<List<ModelVersion>> versions =
            choose.apply(Optional.ofNullable(end).map(Link::record));
        if (versions.isEmpty()) {
          return Optional.empty();
        }
        Digest previous = end == null ? null : end.digest();
        long number = end == null ? 1 : end.number() + 1;
        Instant now = when.clock().instant();
        Instant at = Chain.notBefore(now, when.earliest());
        VersionRecord next =
            new VersionRecord(
                model,
                number,
                state,
                versions.get(),
                change,
                end == null ? at : Chain.notBefore(at, end.at()),
                now,
                previous);
        if (chain.claim(number, ChangeJson.write(next))) {
          return Optional.of(next);
        }
      }
    } catch (IOException e) {
      throw records.cannotStore(changesOf(model), e);
    }
  }
}
