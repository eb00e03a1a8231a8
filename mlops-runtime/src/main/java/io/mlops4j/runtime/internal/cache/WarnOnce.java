package io.mlops4j.runtime.internal.cache;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/** Logs each warning once, because every load repeats the same problem. Thread safe. */
final class WarnOnce {
  private static final int ENOUGH = 1000;

  private final Logger log;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  WarnOnce(Logger log) {
    this.log = log;
  }

  void warn(String message) {
    if (said.size() < ENOUGH && said.add(message)) {
      log.warn(message);
    }
  }
}
