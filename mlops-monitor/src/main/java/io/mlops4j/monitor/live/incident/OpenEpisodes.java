package io.mlops4j.monitor.live.incident;

import io.mlops4j.monitor.live.finding.Subject;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open episodes of all incidents, by their subject and by their columns: ten thousand columns
 * may fail at once.
 */
final class OpenEpisodes {
  private final Map<Subject, Episode> bySubject = new LinkedHashMap<>(); // oldest first
  private final Map<String, Set<Episode>> byColumn = new HashMap<>();

  @Nullable Episode get(Subject subject) {
    return bySubject.get(subject);
  }

  boolean has(Subject subject) {
    return bySubject.containsKey(subject);
  }

  /** Returns a copy, oldest first. */
  List<Episode> all() {
    return List.copyOf(bySubject.values());
  }

  /** Returns the episodes of a column. */
  Stream<Episode> of(String column) {
    return byColumn.getOrDefault(column, Set.of()).stream();
  }

  /** Whether a problem of the same columns explains this one. */
  boolean hasSourceOf(Subject subject) {
    return subject.columns().stream()
        .limit(1) // a source has all columns
        .flatMap(this::of)
        .anyMatch(one -> one.subject().isSourceOf(subject));
  }

  void addAll(Collection<Episode> episodes) {
    for (Episode one : episodes) {
      bySubject.put(one.subject(), one);
      for (String column : one.subject().columns()) {
        byColumn.computeIfAbsent(column, absent -> new LinkedHashSet<>()).add(one);
      }
    }
  }

  void remove(Episode one) {
    bySubject.remove(one.subject());
    for (String column : one.subject().columns()) {
      byColumn.computeIfPresent(
          column,
          (name, its) -> {
            its.remove(one);
            return its.isEmpty() ? null : its;
          });
    }
  }

  void clear() {
    bySubject.clear();
    byColumn.clear();
  }
}
