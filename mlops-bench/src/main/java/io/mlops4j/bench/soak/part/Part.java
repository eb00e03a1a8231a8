package io.mlops4j.bench.soak.part;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** One way to ill-treat the library. */
public interface Part {
  /** As in {@code soak.mixed}. */
  String name();

  /** What is done, in a sentence. */
  String what();

  /**
   * Does it, in processes of its own.
   *
   * @param size how much
   * @param seed of all that is random
   * @param say hears how it goes on and what went wrong, line by line
   * @return what was found; empty if it was skipped, of which {@code say} has heard the reason
   * @throws IOException if no process can be started
   */
  List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException;
}
