package io.mlops4j.runtime.registry.store;

import static io.mlops4j.registry.VersionState.ACTIVE;
import static io.mlops4j.registry.VersionState.DELETED;
import static io.mlops4j.registry.VersionState.DEPRECATED;
import static io.mlops4j.registry.VersionState.REMOVED;
import static io.mlops4j.registry.VersionState.RETIRED;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.Lease;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.internal.document.Texts;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deprecates, restores, deletes and removes versions.
 *
 * <p>A deletion is a record; the bytes stay for the grace period. An assignment excludes a deletion
 * ({@link Storage#together}). A lease that was under way when the version was deleted is there when
 * the bytes would go, which then stay.
 */
final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final int BATCH = 1000;

  private final Storage storage;
  private final Clock clock;
  private final Retention retention;
  private final VersionStore versions;
  private final AliasStore aliases;
  private final Leases leases;

  Collector(
      Storage storage,
      Clock clock,
      Retention retention,
      VersionStore versions,
      AliasStore aliases,
      Leases leases) {
    this.storage = storage;
    this.clock = clock;
    this.retention = retention;
    this.versions = versions;
    this.aliases = aliases;
    this.leases = leases;
  }

  VersionRecord deprecate(ModelVersion asked, Change change) {
    return append(
        DEPRECATED,
        asked,
        change,
        last -> {
          if (state(last).compareTo(DELETED) >= 0) {
            throw refused(asked, last, "one that is not deleted; restore it first");
          }
          return true;
        });
  }

  VersionRecord restore(ModelVersion asked, Change change) {
    return append(
        ACTIVE,
        asked,
        change,
        last -> {
          if (state(last) == ACTIVE || state(last) == REMOVED) {
            throw refused(
                asked,
                last,
                "a deprecated one, or a deleted one whose bytes are still there; "
                    + (state(last) == ACTIVE ? "nothing is to be done" : "publish it again"));
          }
          return true;
        });
  }

  VersionRecord delete(ModelVersion asked, Change change) {
    return append(
        DELETED,
        asked,
        change,
        last -> {
          if (state(last).compareTo(DELETED) >= 0) {
            return false;
          }
          List<String> reasons = new ArrayList<>(keeping(asked.name()).reasons(asked.number()));
          leases.holders(asked.name(), asked.number()).forEach(h -> reasons.add("leased by " + h));
          if (!reasons.isEmpty()) {
            LOG.warn("{}: its deletion by {} is refused: {}", asked, change, reasons);
            throw kept(asked, reasons);
          }
          storage.allowDeletions();
          return true;
        });
  }

  /** Appends unless the check says that this is done already. */
  private VersionRecord append(
      VersionState state,
      ModelVersion asked,
      Change change,
      Predicate<Optional<VersionRecord>> check) {
    Manifest manifest = versions.find(asked).manifest();
    ModelVersion version = manifest.version();
    States states = versions.states(version.name());
    makeLast(version.name());
    return states
        .append(
            state,
            change,
            new States.When(clock, manifest.published()),
            end ->
                check.test(states.since(version.number()))
                    ? Optional.of(List.of(version))
                    : Optional.empty())
        .or(() -> states.since(version.number()))
        .orElseThrow();
  }

  /**
   * Retires a model.
   *
   * @param newest the number that the newest record must have, null for any
   */
  VersionRecord retire(String model, Change change, @Nullable Long newest) {
    versions.find(model, 1);
    makeLast(model);
    States states = versions.states(model);
    return states
        .append(
            RETIRED,
            change,
            new States.When(clock, Instant.MIN),
            end -> {
              requireNewest(model, end, newest);
              if (states.retirement().isPresent()) {
                return Optional.empty();
              }
              List<String> reasons = new ArrayList<>();
              aliases
                  .naming(model)
                  .forEach(r -> reasons.add(model + "@" + r.alias() + " names " + r.to()));
              for (int number : storage.leased(model)) {
                leases
                    .holders(model, number)
                    .forEach(h -> reasons.add(model + ":" + number + " is leased by " + h));
              }
              if (!reasons.isEmpty()) {
                LOG.warn("{}: its retirement by {} is refused: {}", model, change, reasons);
                throw inUse(model, reasons);
              }
              storage.allowRemovals();
              return Optional.of(List.of());
            })
        .or(states::retirement)
        .orElseThrow();
  }

  private void requireNewest(String model, Optional<VersionRecord> end, @Nullable Long newest) {
    long number = end.map(VersionRecord::number).orElse(0L);
    if (newest != null && number != newest) {
      throw new RegistryException(
          model
              + ": found "
              + end.map(last -> "record " + number + " (" + text(last) + ")").orElse("no record")
              + " as the newest of its states, expected "
              + (newest == 0 ? "none yet" : "record " + newest)
              + "; nothing was changed, look at changes() and decide again",
          null);
    }
  }

  private static RegistryException inUse(String model, List<String> reasons) {
    return new RegistryException(
        model
            + ": found a model in use ("
            + Texts.some(reasons)
            + "), expected one that no alias names and no process has leased; nothing was changed:"
            + " remove its aliases with unassign, and stop the processes that serve it",
        null);
  }

  VersionRecord reinstate(String model, Change change) {
    versions.find(model, 1);
    States states = versions.states(model);
    return states
        .append(
            ACTIVE,
            change,
            new States.When(clock, Instant.MIN),
            end -> {
              if (states.retirement().isEmpty()) {
                throw new RegistryException(
                    model + ": found a model that is in use, expected a retired one", null);
              }
              return Optional.of(List.of());
            })
        .orElseThrow();
  }

  private void makeLast(String model) {
    try {
      storage.makeLast(model);
    } catch (IOException e) {
      throw storage.cannotStore("a change of " + model, e);
    }
  }

  private static VersionState state(Optional<VersionRecord> last) {
    return last.map(VersionRecord::state).orElse(ACTIVE);
  }

  private static RegistryException refused(
      ModelVersion version, Optional<VersionRecord> last, String expected) {
    return new RegistryException(
        version
            + ": found it "
            + last.map(Collector::text).orElse("active, as it was published")
            + ", expected "
            + expected,
        null);
  }

  /** For example: deleted by ana at 2001-05-03T12:00:00Z (too old). */
  static String text(VersionRecord record) {
    return VersionStore.name(record.state())
        + " by "
        + record.change().actor()
        + " at "
        + record.at()
        + Shown.reason(record.change());
  }

  private RegistryException kept(ModelVersion version, List<String> reasons) {
    return new RegistryException(
        version
            + ": found a version that must stay ("
            + String.join("; ", reasons)
            + "), expected one that no alias names or named within the floor of "
            + Shown.span(retention.floor())
            + " and that no process has leased; nothing was changed: assign another version and "
            + "wait, deprecate it, or open the registry with another retention",
        null);
  }

  private RetentionReasons keeping(String model) {
    List<List<AliasRecord>> histories =
        aliases.names(model).stream().map(alias -> aliases.chain(model, alias).history()).toList();
    return RetentionReasons.of(histories, clock.instant().minus(retention.floor()));
  }

  /** What a collection does with one model. */
  private record Plan(
      String model,
      List<ModelVersion> delete,
      List<ModelVersion> remove,
      List<ModelVersion> restore,
      long bytes) {}

  Collected collectable() {
    Totals totals = new Totals();
    storage.everyModel().forEach(model -> totals.add(plan(model)));
    return totals.collected();
  }

  Collected collect(Change change) {
    Totals totals = new Totals();
    for (String model : storage.everyModel()) {
      Plan plan = storage.together(model, () -> collect(model, change));
      erase(model);
      totals.add(plan);
    }
    storage.clean();
    return totals.collected();
  }

  private Plan collect(String model, Change change) {
    Plan plan = plan(model);
    if (!plan.delete().isEmpty()) {
      storage.allowDeletions();
    }
    move(plan.delete(), DELETED, change, state -> state.compareTo(DELETED) < 0);
    move(plan.restore(), ACTIVE, change, state -> state == DELETED);
    move(plan.remove(), REMOVED, change, state -> state == DELETED);
    return plan;
  }

  private Plan plan(String model) {
    RetentionReasons keeping = keeping(model);
    List<ModelVersion> remove = new ArrayList<>();
    List<ModelVersion> restore = new ArrayList<>();
    long bytes = 0;
    Instant end = clock.instant().minus(retention.grace());
    for (Map.Entry<Integer, VersionRecord> deleted :
        versions.states(model).in(state -> state == DELETED).entrySet()) {
      int number = deleted.getKey();
      Manifest manifest = versions.manifest(model, number).manifest();
      if (keeping.isNamed(number) || !leases.holders(model, number).isEmpty()) {
        restore.add(manifest.version());
      } else if (!deleted.getValue().at().isAfter(end)) {
        remove.add(manifest.version());
        bytes += manifest.files().values().stream().mapToLong(Manifest.Entry::bytes).sum();
      }
    }
    return new Plan(model, garbage(model, keeping), remove, restore, bytes);
  }

  /** What nobody deleted and the retention does not keep. */
  private List<ModelVersion> garbage(String model, RetentionReasons keeping) {
    if (retention.newest().isEmpty()) {
      return List.of();
    }
    List<ModelVersion> all = versions.all(model);
    Instant floor = clock.instant().minus(retention.floor());
    return all.subList(0, Math.max(0, all.size() - retention.newest().getAsInt())).stream()
        .filter(version -> keeping.reasons(version.number()).isEmpty())
        .filter(version -> publishedBefore(version, floor))
        .filter(version -> leases.holders(model, version.number()).isEmpty())
        .toList();
  }

  private boolean publishedBefore(ModelVersion version, Instant floor) {
    return !versions.find(version).manifest().published().isAfter(floor);
  }

  /** Some of the versions may be moved by others meanwhile: those are left out. */
  private void move(
      List<ModelVersion> all, VersionState to, Change change, Predicate<VersionState> from) {
    for (int start = 0; start < all.size(); start += BATCH) {
      List<ModelVersion> batch = all.subList(start, Math.min(all.size(), start + BATCH));
      States states = versions.states(batch.get(0).name());
      states.append(
          to,
          change,
          new States.When(clock, Instant.MIN),
          end ->
              Optional.of(
                      batch.stream().filter(each -> from.test(states.of(each.number()))).toList())
                  .filter(moved -> !moved.isEmpty()));
    }
  }

  /** Also what an earlier collection recorded as removed and was killed before it went. */
  private void erase(String model) {
    for (int number : versions.states(model).in(state -> state == REMOVED).keySet()) {
      storage.erase(versions.manifest(model, number).version());
    }
  }

  /** Whoever leased a version that was deleted at the same moment sees one or the other. */
  Lease lease(ModelVersion asked, String holder) {
    ModelVersion version = versions.find(asked).version();
    refuseDeleted(version);
    Lease lease = leases.take(version, holder);
    try {
      refuseDeleted(version);
      return lease;
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
  }

  void refuseDeleted(ModelVersion version) {
    versions.refuseRetired(version.name());
    Optional<VersionRecord> last = versions.states(version.name()).since(version.number());
    if (state(last).compareTo(DELETED) >= 0) {
      throw refused(version, last, "one that is not deleted; restore it, or take another");
    }
  }

  /** What was done, or would be, for all models. */
  private static final class Totals {
    private final List<ModelVersion> deleted = new ArrayList<>();
    private final List<ModelVersion> removed = new ArrayList<>();
    private final List<ModelVersion> restored = new ArrayList<>();
    private long bytes;

    void add(Plan plan) {
      deleted.addAll(plan.delete());
      removed.addAll(plan.remove());
      restored.addAll(plan.restore());
      bytes += plan.bytes();
    }

    Collected collected() {
      return new Collected(deleted, removed, restored, bytes);
    }
  }
}
