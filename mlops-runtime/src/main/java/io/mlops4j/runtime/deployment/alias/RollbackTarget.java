package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The versions to which a rollback may go.
 *
 * <p>The record's own {@code from} is not enough: after a rollback from 3 to 2 it names 3, so an
 * alarm about 2 would bring the worse version back. Going to an earlier version forgets what came
 * after it.
 */
final class RollbackTarget {
  private RollbackTarget() {}

  /**
   * The versions that served before a record's.
   *
   * @param history all records of the alias, the oldest first
   * @param record one of them
   * @return the one that served last comes first; empty when nothing served before
   */
  static List<ModelVersion> before(List<AliasRecord> history, AliasRecord record) {
    List<ModelVersion> path = new ArrayList<>();
    for (AliasRecord each : history) {
      if (each.number() > record.number()) {
        break;
      }
      if (each.to() == null) {
        continue; // what served before a removal served on
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
