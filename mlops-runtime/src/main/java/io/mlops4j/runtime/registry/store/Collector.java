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
 * Deprecates, restores, deletes and removes versions, and retires models.
 *
 * <p>A deletion is a record. The bytes stay for the grace period. Assignments and deletions of one
 * model exclude each other ({@link Storage#together}). If a lease is taken while its version is
 * being deleted, the removal of the bytes finds the lease and keeps the bytes.
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
          if (isDeleted(last)) {
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
          VersionState state = last.map(VersionRecord::state).orElse(ACTIVE);
          if (state == ACTIVE || state == REMOVED) {
            throw refused(
                asked,
                last,
                "a deprecated one, or a deleted one whose bytes are still there; "
                    + (state == ACTIVE ? "nothing needs to be done" : "publish it again"));
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
          if (isDeleted(last)) {
            return false;
          }
          List<String> reasons = new ArrayList<>(retained(asked.name()).reasons(asked.number()));
          leases.holders(asked.name(), asked.number()).forEach(h -> reasons.add("leased by " + h));
          if (!reasons.isEmpty()) {
            LOG.warn("{}: its deletion by {} is refused: {}", asked, change, reasons);
            throw Problems.refused(
                asked,
                "a version that must stay (" + String.join("; ", reasons) + ")",
                "one that no alias names or named within the floor of "
                    + Shown.span(retention.floor())
                    + " and that no process has leased; nothing was changed: assign another version"
                    + " and wait, deprecate it, or open the registry with another retention");
          }
          storage.allowDeletions();
          return true;
        });
  }

  /** Appends a record, unless {@code isNeeded} returns false. */
  private VersionRecord append(
      VersionState state,
      ModelVersion asked,
      Change change,
      Predicate<Optional<VersionRecord>> isNeeded) {
    Manifest manifest = versions.find(asked).manifest();
    ModelVersion version = manifest.version();
    States states = versions.states(version.name());
    makeLast(version.name());
    return states
        .append(
            state,
            change,
            manifest.published(),
            end ->
                isNeeded.test(states.since(version.number()))
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
            Instant.MIN,
            end -> {
              requireNewest(model, end, newest);
              if (states.retirement().isPresent()) {
                return Optional.empty();
              }
              refuseInUse(model, change);
              storage.allowRemovals();
              return Optional.of(List.of());
            })
        .or(states::retirement)
        .orElseThrow();
  }

  private void requireNewest(String model, Optional<VersionRecord> end, @Nullable Long newest) {
    long number = end.map(VersionRecord::number).orElse(0L);
    if (newest != null && number != newest) {
      String found =
          end.map(last -> "record " + number + " (" + text(last) + ")").orElse("no record");
      throw Problems.refused(
          model,
          found + " as the newest of its states",
          (newest == 0 ? "none yet" : "record " + newest)
              + "; nothing was changed, look at changes() and decide again");
    }
  }

  private void refuseInUse(String model, Change change) {
    List<String> reasons = new ArrayList<>();
    aliases.naming(model).forEach(r -> reasons.add(model + "@" + r.alias() + " names " + r.to()));
    for (int number : storage.leased(model)) {
      leases
          .holders(model, number)
          .forEach(h -> reasons.add(model + ":" + number + " is leased by " + h));
    }
    if (!reasons.isEmpty()) {
      LOG.warn("{}: its retirement by {} is refused: {}", model, change, reasons);
      throw Problems.refused(
          model,
          "a model in use (" + Texts.some(reasons) + ")",
          "one that no alias names and no process has leased; nothing was changed: remove its"
              + " aliases with unassign, and stop the processes that serve it");
    }
  }

  VersionRecord reinstate(String model, Change change) {
    versions.find(model, 1);
    States states = versions.states(model);
    return states
        .append(
            ACTIVE,
            change,
            Instant.MIN,
            end -> {
              if (states.retirement().isEmpty()) {
                throw Problems.refused(model, "a model that is in use", "a retired one");
              }
              return Optional.of(List.of());
            })
        .orElseThrow();
  }

  private void makeLast(String model) {
    storage.makeLast(model, "a change of " + model);
  }

  private static boolean isDeleted(Optional<VersionRecord> last) {
    return last.filter(record -> record.state().compareTo(DELETED) >= 0).isPresent();
  }

  private static RegistryException refused(
      ModelVersion version, Optional<VersionRecord> last, String expected) {
    String found = last.map(Collector::text).orElse("active, as it was published");
    return Problems.refused(version, "it " + found, expected);
  }

  /** For example: deleted by ana at 2001-05-03T12:00:00Z (too old). */
  static String text(VersionRecord record) {
    return text(VersionStore.name(record.state()), record.change(), record.at());
  }

  static String text(String done, Change change, Instant at) {
    return done + " by " + change.actor() + " at " + at + Shown.reason(change);
  }

  private RetentionReasons retained(String model) {
    List<List<AliasRecord>> histories =
        storage.aliases(model).stream()
            .map(alias -> aliases.chain(model, alias).history())
            .toList();
    return new RetentionReasons(histories, clock.instant().minus(retention.floor()));
  }

  /** Returns what a collection would do now. */
  Collected collectable() {
    return sum(storage.everyModel().stream().map(this::plan).toList());
  }

  Collected collect(Change change) {
    List<Collected> done = new ArrayList<>();
    for (String model : storage.everyModel()) {
      done.add(storage.together(model, () -> collect(model, change)));
      erase(model);
    }
    storage.clean();
    return sum(done);
  }

  private static Collected sum(List<Collected> models) {
    return new Collected(
        models.stream().flatMap(each -> each.deleted().stream()).toList(),
        models.stream().flatMap(each -> each.removed().stream()).toList(),
        models.stream().flatMap(each -> each.restored().stream()).toList(),
        models.stream().mapToLong(Collected::bytes).sum());
  }

  private Collected collect(String model, Change change) {
    Collected plan = plan(model);
    if (!plan.deleted().isEmpty()) {
      storage.allowDeletions();
    }
    move(plan.deleted(), DELETED, change, state -> state.compareTo(DELETED) < 0);
    move(plan.restored(), ACTIVE, change, state -> state == DELETED);
    move(plan.removed(), REMOVED, change, state -> state == DELETED);
    return plan;
  }

  private Collected plan(String model) {
    RetentionReasons retained = retained(model);
    List<ModelVersion> remove = new ArrayList<>();
    List<ModelVersion> restore = new ArrayList<>();
    long bytes = 0;
    Instant end = clock.instant().minus(retention.grace());
    for (Map.Entry<Integer, VersionRecord> deleted :
        versions.states(model).in(state -> state == DELETED).entrySet()) {
      int number = deleted.getKey();
      Manifest manifest = versions.manifest(model, number).manifest();
      if (retained.isNamed(number) || !leases.holders(model, number).isEmpty()) {
        restore.add(manifest.version());
      } else if (!deleted.getValue().at().isAfter(end)) {
        remove.add(manifest.version());
        bytes += manifest.bytes();
      }
    }
    return new Collected(garbage(model, retained), remove, restore, bytes);
  }

  /** Returns the undeleted versions that the retention does not protect. */
  private List<ModelVersion> garbage(String model, RetentionReasons retained) {
    if (retention.newest().isEmpty()) {
      return List.of();
    }
    List<ModelVersion> all = versions.all(model);
    Instant floor = clock.instant().minus(retention.floor());
    return all.subList(0, Math.max(0, all.size() - retention.newest().getAsInt())).stream()
        .filter(version -> retained.reasons(version.number()).isEmpty())
        .filter(version -> !versions.find(version).manifest().published().isAfter(floor))
        .filter(version -> leases.holders(model, version.number()).isEmpty())
        .toList();
  }

  /** Moves the versions that are still in a state that {@code from} accepts. */
  private void move(
      List<ModelVersion> all, VersionState to, Change change, Predicate<VersionState> from) {
    for (int start = 0; start < all.size(); start += BATCH) {
      List<ModelVersion> batch = all.subList(start, Math.min(all.size(), start + BATCH));
      States states = versions.states(batch.get(0).name());
      states.append(
          to,
          change,
          Instant.MIN,
          end ->
              Optional.of(
                      batch.stream().filter(each -> from.test(states.of(each.number()))).toList())
                  .filter(moved -> !moved.isEmpty()));
    }
  }

  /** Removes the files of all removed versions, also after a collection that was killed. */
  private void erase(String model) {
    for (int number : versions.states(model).in(state -> state == REMOVED).keySet()) {
      storage.erase(versions.manifest(model, number).version());
    }
  }

  /** Checks before and after, because the version may be deleted at the same time. */
  Lease lease(ModelVersion version, String holder) {
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
    if (isDeleted(last)) {
      throw refused(version, last, "one that is not deleted; restore it, or take another");
    }
  }
}
