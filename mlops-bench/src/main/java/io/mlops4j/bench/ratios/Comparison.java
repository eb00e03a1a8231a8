package io.mlops4j.bench.ratios;

import java.util.concurrent.Callable;

/**
 * What is compared: time of ours over time of the peer's on the same work, so that less is better,
 * or throughput of ours over that of the peer, so that more is.
 *
 * @param name {@code topic.work.peer}
 * @param work what both sides do, for people
 * @param peer who the other side is, with its version
 * @param goal the largest ratio of times, or the smallest of throughputs, that is fine; NaN for a
 *     line that only shows noise
 * @param garbageGoal the most bytes that a call of ours may allocate on the heap; NaN for none
 * @param shows whether less or more is better
 * @param ours opens our side
 * @param theirs opens the peer's side
 */
public record Comparison(
    String name,
    String work,
    String peer,
    double goal,
    double garbageGoal,
    Shows shows,
    Callable<Side> ours,
    Callable<Side> theirs) {

  /** What a ratio shows. Sides always say their cost. */
  public enum Shows {
    /** Cost of ours over cost of theirs. */
    TIME,
    /** Cost of theirs over cost of ours. */
    THROUGHPUT
  }

  /** Of times. */
  public Comparison(
      String name,
      String work,
      String peer,
      double goal,
      double garbageGoal,
      Callable<Side> ours,
      Callable<Side> theirs) {
    this(name, work, peer, goal, garbageGoal, Shows.TIME, ours, theirs);
  }

  /** Without a goal for garbage. */
  public Comparison(
      String name,
      String work,
      String peer,
      double goal,
      Callable<Side> ours,
      Callable<Side> theirs) {
    this(name, work, peer, goal, Double.NaN, ours, theirs);
  }
}
