package io.mlops4j.bench.truth;

import java.util.List;
import java.util.function.Consumer;

/** Lines of the output that are found together. */
public interface Inquiry {
  /** The name of the data, for progress. */
  String name();

  /** The names of its lines, in their order. */
  List<String> names();

  /**
   * The same with as few as possible of the lines that nobody asked for.
   *
   * @param prefixes how the names of the lines begin; all lines if empty
   */
  default Inquiry only(List<String> prefixes) {
    return this;
  }

  /**
   * Finds the figures.
   *
   * @return a line for each name, or none where the data are not there
   */
  List<Line> run(Look look) throws Exception;

  /**
   * How to look.
   *
   * @param seed of all that is random
   * @param quick whether a rough figure will do
   * @param says takes a sentence about the progress
   */
  record Look(long seed, boolean quick, Consumer<String> says) {}
}
