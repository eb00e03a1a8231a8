package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Moves an alias back to the newest version that served before the version of a record and that
 * still exists.
 */
final class Rollback {
  private final ModelRegistry registry;
  private final String ref;
  private final AliasRecord from;
  private final Change change;

  Rollback(ModelRegistry registry, String ref, AliasRecord from, Change change) {
    this.registry = registry;
    this.ref = ref;
    this.from = from;
    this.change = change;
  }

  /**
   * Moves the alias back, unless it has moved on.
   *
   * @param wanted false as soon as the caller has stopped waiting; the alias is then not changed
   * @return the new record; empty if the alias has moved on, or if no version served before
   * @throws RegistryException if the alias was removed, or every version that served before was
   *     deleted
   */
  Optional<AliasRecord> run(BooleanSupplier wanted) {
    List<ModelVersion> before = before(registry.history(ref), from);
    for (ModelVersion target : before) {
      while (!isDeleted(target) && wanted.getAsBoolean()) {
        try {
          return Optional.of(registry.assign(ref, target, change, from));
        } catch (RegistryException e) {
          if (hasMovedOn()) {
            return Optional.empty(); // another change came first
          }
          if (!isDeleted(target)) {
            throw e;
          }
        }
      }
    }
    if (hasMovedOn() || before.isEmpty()) {
      return Optional.empty();
    }
    throw new RegistryException(
        "%s: cannot go back from %s: every version that served before was deleted, %s; restore one of them, or assign another version"
            .formatted(ref, from.to(), before),
        null);
  }

  /** Throws if the alias was removed, because the serving version then stays. */
  private boolean hasMovedOn() {
    AliasRecord newest = registry.head(ref).orElse(null);
    if (newest != null && newest.isRemoval()) {
      String reason = newest.change().reason();
      throw new RegistryException(
          "%s: cannot go back from %s: the alias was removed by %s at %s%s, and %s goes on serving; assign a version"
              .formatted(
                  ref,
                  from.to(),
                  newest.change().actor(),
                  newest.at(),
                  reason.isEmpty() ? "" : " (" + reason + ")",
                  from.to()),
          null);
    }
    return !from.equals(newest);
  }

  private boolean isDeleted(ModelVersion version) {
    return registry.status(version).state().compareTo(VersionState.DELETED) >= 0;
  }

  /**
   * Returns the versions that served before the version of a record, the latest first. The record's
   * own {@code from} is not enough. After a rollback from 3 to 2 it is 3, so an alarm about 2 would
   * restore the worse version. Moving back to a version removes the later versions from this list.
   *
   * @param history all records of the alias, the oldest first
   * @param record one of them
   */
  static List<ModelVersion> before(List<AliasRecord> history, AliasRecord record) {
    List<ModelVersion> path = new ArrayList<>();
    for (AliasRecord each : history) {
      if (each.number() > record.number()) {
        break;
      }
      if (each.to() == null) {
        continue; // the version before a removal went on serving
      }
      int known = path.indexOf(each.to());
      if (known >= 0) {
        path.subList(known, path.size()).clear();
      }
      path.add(each.to());
    }
    List<ModelVersion> before = new ArrayList<>(path.subList(0, Math.max(0, path.size() - 1)));
    Collections.reverse(before);
    return before;
  }
}
