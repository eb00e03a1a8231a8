package io.mlops4j.bench.serving;

import java.io.Closeable;

/** How often the calls of an {@link OpenLoop} come. One thread. */
interface Load extends Closeable {
  /** The mean time between calls now, in nanoseconds: a machine is not always as fast. */
  double nanosBetween() throws Exception;

  /** Says that the side which asked so far was only warmed up. */
  default void warmedUp() {}
}
