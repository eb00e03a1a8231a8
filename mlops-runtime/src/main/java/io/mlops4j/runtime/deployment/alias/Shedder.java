package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.inference.Priority;
import io.mlops4j.runtime.deployment.LoadShedding;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Decides which calls are too many. Thread safe. */
final class Shedder {
  private final String ref;
  private final LoadShedding settings;
  private final Map<Priority, LongAdder> rejected = new EnumMap<>(Priority.class);

  Shedder(String ref, LoadShedding settings) {
    this.ref = ref;
    this.settings = settings;
    for (Priority each : Priority.values()) {
      rejected.put(each, new LongAdder());
    }
  }

  /**
   * Whether a call is too many.
   *
   * @param running the calls in flight, this one included
   */
  boolean rejects(Priority priority, int running) {
    return running > settings.limit(priority);
  }

  /** Counts a rejected call. */
  OverloadedException exception(Priority priority, int running) {
    LongAdder count = rejected.get(priority);
    if (count != null) {
      count.increment();
    }
    return new OverloadedException(
        "%s: found %d calls in flight, expected at most %d for a call of priority %s; try again after a pause, or raise the limit of shedding(...)"
            .formatted(ref, running, settings.limit(priority), priority));
  }

  Map<Priority, Long> rejected() {
    Map<Priority, Long> sums = new EnumMap<>(Priority.class);
    rejected.forEach((priority, count) -> sums.put(priority, count.sum()));
    return sums;
  }
}
