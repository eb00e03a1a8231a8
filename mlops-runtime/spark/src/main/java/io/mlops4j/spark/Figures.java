package io.mlops4j.spark;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * The figures of the tasks of the last stage. Within a task they add up, because one task reads
 * several partitions of its parent after a {@code coalesce}. On the driver, a task that runs again
 * replaces its figures, so a lost executor or a speculative copy changes no count. Spark merges
 * only what successful tasks report.
 */
final class Figures extends AccumulatorV2<TaskFigures, Collection<TaskFigures>> {
  private static final long serialVersionUID = 1L;

  private final TreeMap<Integer, TaskFigures> tasks = new TreeMap<>();
  private int stage = -1;

  @Override
  public synchronized boolean isZero() {
    return tasks.isEmpty();
  }

  @Override
  public synchronized Figures copy() {
    Figures copy = new Figures();
    copy.stage = stage;
    copy.tasks.putAll(tasks);
    return copy;
  }

  @Override
  public synchronized void reset() {
    tasks.clear();
    stage = -1;
  }

  /** Called in the task. */
  @Override
  public synchronized void add(TaskFigures task) {
    if (isOfLastStage(task)) {
      tasks.merge(task.partition(), task, TaskFigures::plus);
    }
  }

  @Override
  public void merge(AccumulatorV2<TaskFigures, Collection<TaskFigures>> other) {
    Collection<TaskFigures> all = ((Figures) other).value(); // not under two locks
    synchronized (this) {
      for (TaskFigures task : all) {
        if (isOfLastStage(task)) {
          tasks.put(task.partition(), task);
        }
      }
    }
  }

  /** The figures of stages before it go: a session may run very many. */
  private boolean isOfLastStage(TaskFigures task) {
    if (task.stage() > stage) {
      tasks.clear();
      stage = task.stage();
    }
    return task.stage() == stage;
  }

  /** Returns the tasks of the last stage, in the order of partitions. */
  @Override
  public synchronized Collection<TaskFigures> value() {
    return List.copyOf(tasks.values());
  }

  /** Returns a text for Spark's page. */
  @Override
  public synchronized String toString() {
    long rows = value().stream().mapToLong(TaskFigures::rows).sum();
    return rows + " rows in " + tasks.size() + " tasks";
  }
}
