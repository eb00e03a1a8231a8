package io.mlops4j.monitor.report.service;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.internal.PathColumns;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.ValueVector;

/** Names of the columns of rows that are profiled; fields of structs by their path. */
final class RowColumns {
  private RowColumns() {}

  /**
   * Checks that a batch has some columns or structs.
   *
   * @throws IllegalArgumentException if it lacks one; the message suggests a similar name
   */
  static void check(FeatureBatch batch, Collection<String> names) {
    try (PathColumns columns = PathColumns.of(batch)) {
      Map<String, List<String>> structs = PathColumns.structs(columns);
      for (String name : names) {
        if (!structs.containsKey(name)) {
          PathColumns.batch(columns, batch).column(name);
        }
      }
    }
  }

  /** Returns the names of all columns except some, which may be those of structs. */
  static List<String> names(FeatureBatch batch, Set<String> except) {
    try (PathColumns columns = PathColumns.of(batch)) {
      Map<String, List<String>> structs = PathColumns.structs(columns);
      return PathColumns.batch(columns, batch).root().getFieldVectors().stream()
          .map(ValueVector::getName)
          .filter(name -> !except.contains(name))
          .filter(
              name ->
                  except.stream()
                      .noneMatch(path -> structs.getOrDefault(path, List.of()).contains(name)))
          .toList();
    }
  }
}
