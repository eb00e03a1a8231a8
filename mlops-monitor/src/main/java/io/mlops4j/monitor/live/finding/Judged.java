package io.mlops4j.monitor.live.finding;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.live.rows.ComparedRows;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The result of one judgement of a watch.
 *
 * @param servedBy the version whose rows were judged
 * @param subjects all subjects that were judged, each with the slices that had enough rows for a
 *     verdict; those without a finding there are healthy
 * @param found the problems; several findings of one subject differ in their measures
 * @param from the time of the first rows that were judged
 * @param to the time of the last rows, or of the end of the window
 * @param rows the rows that were judged, if they were compared with a reference
 */
public record Judged(
    ServedBy servedBy,
    Map<Subject, Set<String>> subjects,
    List<Finding> found,
    Instant from,
    Instant to,
    @Nullable ComparedRows rows) {
  /** The slices where rows are not sliced: one without a name. */
  public static final Set<String> ALL_ROWS = Set.of("");

  /** Creates a judgement of all rows without a comparison. */
  public Judged(
      ServedBy servedBy, Set<Subject> subjects, List<Finding> found, Instant from, Instant to) {
    this(
        servedBy,
        subjects.stream().collect(Collectors.toMap(one -> one, one -> ALL_ROWS)),
        found,
        from,
        to,
        null);
  }

  /** Creates a judgement of rows that were compared. */
  public Judged(
      ServedBy servedBy,
      Map<Subject, Set<String>> subjects,
      List<Finding> found,
      ComparedRows compared) {
    this(servedBy, subjects, found, compared.from(), compared.to(), compared);
  }

  public Judged {
    subjects = Map.copyOf(subjects);
    found = List.copyOf(found);
  }

  /** Adds problems of subjects that were judged. */
  public Judged and(List<Finding> more) {
    return new Judged(
        servedBy, subjects, Stream.concat(found.stream(), more.stream()).toList(), from, to, rows);
  }

  /** Returns the judgement with the rows of a slice in place of all rows. */
  public Judged ofSlice(String name) {
    Set<String> slice = Set.of(name);
    return new Judged(
        servedBy,
        subjects.keySet().stream().collect(Collectors.toMap(one -> one, one -> slice)),
        found.stream().map(one -> one.ofSlice(name)).toList(),
        from,
        to,
        rows);
  }

  /** Returns the subjects and slices that were judged without a finding. */
  public Map<Subject, Set<String>> healthy() {
    Map<Subject, Set<String>> healthy = new HashMap<>();
    subjects.forEach((subject, slices) -> healthy.put(subject, new HashSet<>(slices)));
    for (Finding one : found) {
      healthy.getOrDefault(one.subject(), new HashSet<>()).removeAll(one.slices());
    }
    return healthy;
  }

  /** The length of time of the rows; none if the clock was set back. */
  public Duration length() {
    return from.isBefore(to) ? Duration.between(from, to) : Duration.ZERO;
  }
}
