package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;

/** Exceptions in the form of all messages: the subject, what was found, what was expected. */
public final class Problems {
  private Problems() {}

  /** A request that cannot be met; {@code expected} ends with what to do. */
  public static RegistryException refused(Object subject, String found, String expected) {
    return new RegistryException(text(subject, found, expected), null);
  }

  /** Stored bytes that differ from the recorded ones; {@code expected} ends with what to do. */
  public static IntegrityException broken(Object subject, String found, String expected) {
    return new IntegrityException(text(subject, found, expected));
  }

  private static String text(Object subject, String found, String expected) {
    return subject + ": found " + found + ", expected " + expected;
  }
}
