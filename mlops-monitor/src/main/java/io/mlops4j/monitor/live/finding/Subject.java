package io.mlops4j.monitor.live.finding;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The thing that a watch judges: one column or figure. It has at most one open episode.
 *
 * @param name the column or the figure
 * @param version null if the episode continues when the version changes
 * @param columns the columns that it is about: two for exchanged ones
 */
public record Subject(
    Alarm.Kind kind, String name, @Nullable ServedBy version, Layer layer, Set<String> columns) {

  /** The order of an incident: causes first, exchanged columns, then what a check found, drift. */
  public static final Comparator<Subject> MOST_SPECIFIC_FIRST =
      Comparator.comparing(Subject::layer)
          .thenComparing(Subject::drifts)
          .thenComparing(one -> -one.columns().size());

  public Subject {
    columns = Set.copyOf(columns);
  }

  /** Creates the subject of one column or figure. */
  public Subject(Alarm.Kind kind, String name, @Nullable ServedBy version, Layer layer) {
    this(kind, name, version, layer, Set.of(name));
  }

  private boolean drifts() {
    return kind == Alarm.Kind.DRIFT;
  }

  /** Whether this subject lies upstream: a problem of it is a likely cause of one of the other. */
  public boolean isBefore(Subject other) {
    return layer.compareTo(other.layer) < 0;
  }

  /**
   * Whether a problem of this subject explains the other one by itself: a failed check the drift of
   * its columns, exchanged columns what each of them shows.
   */
  public boolean isSourceOf(Subject other) {
    return layer == other.layer
        && Objects.equals(version, other.version)
        && kind == Alarm.Kind.QUALITY
        && columns.containsAll(other.columns)
        && (other.drifts() || columns.size() > other.columns.size());
  }

  public void write(StateWriter out) {
    out.put(kind).put(name).optional(version, StateWriter::put).put(layer).put(columns);
  }

  /** Reads what {@link #write} wrote. */
  public static Subject read(StateReader in) {
    return new Subject(
        in.constant(Alarm.Kind.class),
        in.text(),
        in.optional(StateReader::servedBy),
        in.constant(Layer.class),
        in.texts());
  }
}
