package io.mlops4j.spark;

import java.util.List;
import java.util.TreeMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * The figures of the tasks of the last stage. Within a task they add up, because one task reads
 * several partitions of its parent after a {@code coalesce}. On the driver, a task that runs again
 * replaces its figures, so a lost executor or a speculative copy changes no count. Spark merges
 * only what successful tasks report.
 *
 * <p>The value is a short text: Spark keeps it for its pages each time that a task ends.
 */
final class Figures extends AccumulatorV2<TaskFigures, String> {
  private static final long serialVersionUID = 1L;

  private final TreeMap<Integer, TaskFigures> tasks = new TreeMap<>();
  private int stage = -1;
  private long rows;

  @Override
  public synchronized boolean isZero() {
    return tasks.isEmpty();
  }

  @Override
  public synchronized Figures copy() {
    Figures copy = new Figures();
    copy.stage = stage;
    copy.rows = rows;
    copy.tasks.putAll(tasks);
    return copy;
  }

  @Override
  public synchronized void reset() {
    tasks.clear();
    rows = 0;
    stage = -1;
  }

  /** Called in the task. */
  @Override
  public synchronized void add(TaskFigures task) {
    if (isOfLastStage(task)) {
      tasks.merge(task.partition(), task, TaskFigures::plus);
      rows += task.rows();
    }
  }

  @Override
  public void merge(AccumulatorV2<TaskFigures, String> other) {
    List<TaskFigures> all = ((Figures) other).tasks(); // not under two locks
    synchronized (this) {
      for (TaskFigures task : all) {
        if (isOfLastStage(task)) {
          TaskFigures before = tasks.put(task.partition(), task);
          rows += task.rows() - (before == null ? 0 : before.rows());
        }
      }
    }
  }

  /** The figures of stages before it go: a session may run very many. */
  private boolean isOfLastStage(TaskFigures task) {
    if (task.stage() > stage) {
      tasks.clear();
      rows = 0;
      stage = task.stage();
    }
    return task.stage() == stage;
  }

  /** Returns the tasks of the last stage, in the order of partitions. */
  synchronized List<TaskFigures> tasks() {
    return List.copyOf(tasks.values());
  }

  @Override
  public synchronized String value() {
    return rows + " rows in " + tasks.size() + " tasks";
  }
}
