package io.mlops4j.runtime.registry;

import java.io.IOException;

/** Numbered documents, from 1, each written once and never changed. */
interface Records {
  /** The highest number, 0 when there is none; a number known to be there saves looking. */
  long last(long known);

  byte[] read(long number);

  /** Makes a document that of a number, and that last; false when somebody else was faster. */
  boolean claim(long number, byte[] document) throws IOException;

  /** Where it is, for messages. */
  String place(long number);

  /** What to throw when it could not be stored. */
  RuntimeException cannotStore(String what, IOException cause);
}
