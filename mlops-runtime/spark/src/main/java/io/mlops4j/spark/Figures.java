package io.mlops4j.spark;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * The figures of all tasks. A task that runs again replaces its figures, so a lost executor changes
 * no count. Spark adds only what successful tasks report.
 */
final class Figures extends AccumulatorV2<TaskFigures, Collection<TaskFigures>> {
  private static final long serialVersionUID = 1L;

  private final TreeMap<Integer, TreeMap<Integer, TaskFigures>> stages = new TreeMap<>();

  @Override
  public synchronized boolean isZero() {
    return stages.isEmpty();
  }

  @Override
  public synchronized Figures copy() {
    Figures copy = new Figures();
    stages.forEach((stage, tasks) -> copy.stages.put(stage, new TreeMap<>(tasks)));
    return copy;
  }

  @Override
  public synchronized void reset() {
    stages.clear();
  }

  @Override
  public synchronized void add(TaskFigures task) {
    stages.computeIfAbsent(task.stage(), stage -> new TreeMap<>()).put(task.partition(), task);
  }

  @Override
  public synchronized void merge(AccumulatorV2<TaskFigures, Collection<TaskFigures>> other) {
    ((Figures) other).all().forEach(this::add);
  }

  private synchronized List<TaskFigures> all() {
    return stages.values().stream().flatMap(tasks -> tasks.values().stream()).toList();
  }

  /** Returns the tasks of the last stage, in the order of partitions. */
  @Override
  public synchronized Collection<TaskFigures> value() {
    Map.Entry<Integer, TreeMap<Integer, TaskFigures>> last = stages.lastEntry();
    return last == null ? List.of() : List.copyOf(last.getValue().values());
  }

  /** Returns a text for Spark's page. */
  @Override
  public synchronized String toString() {
    long rows = value().stream().mapToLong(TaskFigures::rows).sum();
    return rows + " rows in " + value().size() + " tasks";
  }
}
