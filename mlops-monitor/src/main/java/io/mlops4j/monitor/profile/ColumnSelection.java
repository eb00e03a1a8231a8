package io.mlops4j.monitor.profile;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a reference that are profiled.
 *
 * @param only the features, or null for all
 * @param except columns to leave out on both sides
 * @param categories columns whose numbers are names
 */
record ColumnSelection(@Nullable Set<String> only, Set<String> except, Set<String> categories) {
  static final ColumnSelection ALL = new ColumnSelection(null, Set.of(), Set.of());

  /** The columns that the first batch of features must have. */
  Set<String> required() {
    return only == null ? Set.of() : only;
  }

  /** Replaces the names of structs by those of their fields. */
  ColumnSelection expanded(Map<String, List<String>> structs) {
    return structs.isEmpty()
        ? this
        : new ColumnSelection(
            only == null ? null : expanded(only, structs),
            expanded(except, structs),
            expanded(categories, structs));
  }

  private static Set<String> expanded(Set<String> names, Map<String, List<String>> structs) {
    return names.stream()
        .flatMap(name -> structs.getOrDefault(name, List.of(name)).stream())
        .collect(Collectors.toSet());
  }

  boolean takes(Role role, String name) {
    return !except.contains(name) && (role == Role.OUTPUT || only == null || only.contains(name));
  }
}
