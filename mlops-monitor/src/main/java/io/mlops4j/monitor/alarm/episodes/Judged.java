package io.mlops4j.monitor.alarm.episodes;

import io.mlops4j.inference.ServedBy;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The result of one judgement of a watch.
 *
 * @param servedBy the version whose rows were judged
 * @param subjects all subjects that were judged; those without a finding had no problem
 * @param found the problems; several findings of one subject differ in their measures
 * @param rows the rows that were judged, if they were compared with a reference
 */
public record Judged(
    ServedBy servedBy, Set<Subject> subjects, List<Finding> found, @Nullable ComparedRows rows) {
  /** Creates a judgement without a comparison. */
  public Judged(ServedBy servedBy, Set<Subject> subjects, List<Finding> found) {
    this(servedBy, subjects, found, null);
  }

  public Judged {
    subjects = Set.copyOf(subjects);
    found = List.copyOf(found);
  }

  /** Adds problems of subjects that were judged. */
  public Judged and(List<Finding> more) {
    return new Judged(
        servedBy, subjects, Stream.concat(found.stream(), more.stream()).toList(), rows);
  }

  /** Adds the rows that were compared. */
  public Judged of(ComparedRows compared) {
    return new Judged(servedBy, subjects, found, compared);
  }
}
