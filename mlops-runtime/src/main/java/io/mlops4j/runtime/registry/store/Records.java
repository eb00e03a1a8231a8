package io.mlops4j.runtime.registry.store;

import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Numbered documents, from 1. Each is written once and never changed. */
public interface Records {
  /** Returns the highest number, or 0. The search starts at {@code known}, a number that exists. */
  long last(long known);

  byte[] read(long number);

  /**
   * Returns a reader of documents in the order of their numbers. It may read several at once. Used
   * by one thread.
   */
  default LongFunction<byte[]> inOrder() {
    return this::read;
  }

  /**
   * Stores a document durably under a number. Returns false if the number is taken.
   *
   * @throws io.mlops4j.error.RegistryException if the document cannot be stored
   */
  boolean claim(long number, byte[] document);

  /**
   * Runs several reads at once. A caller that also takes a lock takes it inside {@code work}. The
   * database connection is then taken before the lock, so no thread waits for a connection while it
   * holds the lock.
   */
  default <T> T reading(Supplier<T> work) {
    return work.get();
  }

  /** Returns where a document is, for messages. */
  String place(long number);
}
