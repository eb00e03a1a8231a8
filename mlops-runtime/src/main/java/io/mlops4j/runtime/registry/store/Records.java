package io.mlops4j.runtime.registry.store;

import java.io.IOException;
import java.util.function.Supplier;

/** Numbered documents, from 1, each written once and never changed. */
public interface Records {
  /** The highest number, 0 when there is none; a number known to be there saves looking. */
  long last(long known);

  byte[] read(long number);

  /** Makes a document that of a number, and that last; false when somebody else was faster. */
  boolean claim(long number, byte[] document) throws IOException;

  /**
   * Reads some at once. Whoever also takes a lock takes it in here: where reading needs a
   * connection of a pool, it is then there already, and nobody waits for one who holds the lock.
   */
  default <T> T reading(Supplier<T> work) {
    return work.get();
  }

  /** Where it is, for messages. */
  String place(long number);

  /** What to throw when it could not be stored. */
  RuntimeException cannotStore(String what, IOException cause);
}
