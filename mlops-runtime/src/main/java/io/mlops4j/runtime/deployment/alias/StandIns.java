package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.binding.output.ConstantRow;
import io.mlops4j.runtime.serving.ServingModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The identities under which a version, or a default prediction for it, answers in place of
 * another. Each is opened at its first use. Thread safe.
 */
final class StandIns {
  /** A champion outlives its candidates, each of which it may have stood in for. */
  private static final int MOST = 8;

  private final Executor drains;
  private volatile Map<Key, Served> open = Map.of();
  private boolean closed;

  private record Key(ServedBy.Fallback why, boolean byDefault) {}

  /**
   * @param drains closes identities that are no longer needed
   */
  StandIns(Executor drains) {
    this.drains = drains;
  }

  /** Acquires the version for an answer in place of another; null if it is closed. */
  @Nullable Served acquire(Served version, ServedBy.Fallback why) {
    return acquire(
        version, new Key(why, false), version.breaker(), () -> version.model().asFallback(why));
  }

  /** Acquires a default prediction in place of the version; null if it is closed. */
  @Nullable Served acquireDefault(
      Served version, ServedBy.Fallback why, Supplier<ConstantRow> values) {
    return acquire(
        version, new Key(why, true), null, () -> version.model().asDefault(values.get(), why));
  }

  private @Nullable Served acquire(
      Served version, Key key, @Nullable Breaker breaker, Supplier<ServingModel> make) {
    Served known = open.get(key);
    if (known == null) {
      try {
        known = add(version, key, breaker, make);
      } catch (IllegalStateException e) { // the version was closed meanwhile
        return null;
      }
    }
    return known != null && known.model().acquire() ? known : null;
  }

  private synchronized @Nullable Served add(
      Served version, Key key, @Nullable Breaker breaker, Supplier<ServingModel> make) {
    Served known = open.get(key);
    if (known != null || closed) {
      return known;
    }
    Served added = version.as(make.get(), breaker);
    Map<Key, Served> more = new LinkedHashMap<>(open);
    if (more.size() >= MOST) {
      Served oldest = more.remove(more.keySet().iterator().next());
      if (oldest != null) {
        drains.execute(oldest.model()::drain);
      }
    }
    more.put(key, added);
    open = more;
    return added;
  }

  int running() {
    int sum = 0;
    for (Served each : open.values()) {
      sum += each.model().running();
    }
    return sum;
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    open.values().forEach(each -> each.model().checkClosable());
  }

  /** Waits for their running calls, as a part of something that began to close at that time. */
  void closeSince(long began) {
    List<Served> last;
    synchronized (this) {
      closed = true;
      last = List.copyOf(open.values());
      open = Map.of();
    }
    last.forEach(each -> each.model().drainSince(began));
  }
}
