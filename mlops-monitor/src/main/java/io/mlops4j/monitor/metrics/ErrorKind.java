package io.mlops4j.monitor.metrics;

import io.mlops4j.error.MlopsException;

/** Names errors so that there are few names, whatever an engine or a listener may throw. */
final class ErrorKind {
  private static final String OURS = MlopsException.class.getPackageName() + ".";

  private ErrorKind() {}

  /** The simple name of the nearest type that is this library's or Java's own. */
  static String of(Class<?> type) {
    Class<?> known = type;
    while (!known.getName().startsWith(OURS) && !known.getName().startsWith("java.")) {
      known = known.getSuperclass(); // ends at java.lang.Throwable
    }
    return known.getSimpleName();
  }
}
