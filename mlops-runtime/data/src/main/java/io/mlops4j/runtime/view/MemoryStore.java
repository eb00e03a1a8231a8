package io.mlops4j.runtime.view;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A store in the heap. */
final class MemoryStore implements OnlineStore {
  private final Map<String, Map<String, Row>> views = new ConcurrentHashMap<>();

  @Override
  public int write(String view, List<Row> rows) {
    Map<String, Row> stored = views.computeIfAbsent(view, name -> new ConcurrentHashMap<>());
    AtomicInteger written = new AtomicInteger();
    for (Row row : rows) {
      stored.compute(
          row.key(),
          (key, old) -> {
            if (old != null && old.compareTo(row) >= 0) {
              return old;
            }
            written.incrementAndGet();
            return row;
          });
    }
    return written.get();
  }

  @Override
  public Map<String, Row> read(String view, Collection<String> keys) {
    Map<String, Row> stored = views.getOrDefault(view, Map.of());
    Map<String, Row> found = new HashMap<>();
    for (String key : keys) {
      Row row = stored.get(key);
      if (row != null) {
        found.put(key, row);
      }
    }
    return found;
  }

  @Override
  public long deleteExpired(Instant before) {
    long micros = Times.micros(before);
    AtomicLong deleted = new AtomicLong();
    for (Map<String, Row> stored : views.values()) {
      stored
          .values()
          .removeIf(
              row -> {
                boolean expired = row.expiresMicros() < micros;
                deleted.addAndGet(expired ? 1 : 0);
                return expired;
              });
    }
    return deleted.get();
  }

  @Override
  public void close() {
    views.clear();
  }
}
