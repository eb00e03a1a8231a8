package io.mlops4j.runtime.deployment;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which version a rollback goes to.
 *
 * <p>The record's own {@code from} is not enough: after a rollback from 3 to 2 it names 3, so an
 * alarm about 2 would bring the worse version back. Going to an earlier version forgets what came
 * after it.
 */
final class RollbackTarget {
  private RollbackTarget() {}

  /**
   * The version that served before a record's.
   *
   * @param history all records of the alias, the oldest first
   * @param record one of them
   * @return empty when nothing served before
   */
  static Optional<ModelVersion> of(List<AliasRecord> history, AliasRecord record) {
    List<ModelVersion> path = new ArrayList<>();
    for (AliasRecord each : history) {
      if (each.number() > record.number()) {
        break;
      }
      int known = path.indexOf(each.to());
      if (known >= 0) {
        path.subList(known, path.size()).clear();
      }
      path.add(each.to());
    }
    return path.size() < 2 ? Optional.empty() : Optional.of(path.get(path.size() - 2));
  }
}
