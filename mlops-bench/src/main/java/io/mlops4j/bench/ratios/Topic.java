package io.mlops4j.bench.ratios;

import java.util.List;

/** The comparisons of one area. */
public interface Topic {
  /**
   * All of them, the comparison of a side with itself included.
   *
   * @return in the order in which they are to run
   */
  List<Comparison> comparisons();
}
