package io.mlops4j.monitor.metrics;

import io.mlops4j.error.MlopsException;

/** Names errors by a small set of names, whatever an engine or a listener throws. */
final class ErrorKind {
  private static final String OURS = MlopsException.class.getPackageName() + ".";

  private ErrorKind() {}

  /** The simple name of the nearest supertype that belongs to this library or to Java. */
  static String of(Class<?> type) {
    Class<?> known = type;
    while (!known.getName().startsWith(OURS) && !known.getName().startsWith("java.")) {
      known = known.getSuperclass(); // ends at java.lang.Throwable
    }
    return known.getSimpleName();
  }
}
