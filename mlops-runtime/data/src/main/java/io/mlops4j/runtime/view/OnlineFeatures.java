package io.mlops4j.runtime.view;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Reads the newest rows of a view from a store through a cache. Thread safe.
 *
 * <p>A row that was read is cached, and so is the absence of a row. After {@link
 * Builder#refreshAfter}, the next read returns the cached row and reloads it in a thread of this
 * object. After {@link Builder#expireAfter}, the next read waits for the store. A write through
 * this object is seen by the next read of this object, and by other processes after at most the
 * time of expiry. If a reload fails, the cached row stays until it expires, the next reload is
 * tried after a second, and a warning is logged, at most once a minute.
 *
 * <p>A row holds until its time to live has passed since its event time, as in training sets: the
 * clock decides at each read, also for cached rows.
 */
public final class OnlineFeatures implements AutoCloseable {
  private final FeatureView view;
  private final String stored;
  private final long livesMicros;
  private final OnlineStore store;
  private final Clock clock;
  private final RowBytes bytes = new RowBytes();
  private final ThreadPoolExecutor refresher;
  private final FailedReloads failed;
  private final LoadingCache<String, Optional<FeatureRow>> cache;

  private OnlineFeatures(Builder builder) {
    this.view = builder.view;
    this.stored = view.stored();
    this.livesMicros = view.livesMicros();
    this.store = builder.store;
    this.clock = builder.clock;
    this.refresher =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "mlops4j-features-" + view.name());
              thread.setDaemon(true);
              return thread;
            });
    refresher.allowCoreThreadTimeOut(true);
    this.failed =
        new FailedReloads(
            view.name(), builder::nanos, LoggerFactory.getLogger(OnlineFeatures.class));
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(builder.rows)
            .refreshAfterWrite(builder.refreshAfter)
            .expireAfterWrite(builder.expireAfter)
            .ticker(builder::nanos)
            .executor(Runnable::run) // its upkeep, which goes on after the end of our thread
            .build(new Loader());
  }

  private final class Loader implements CacheLoader<String, Optional<FeatureRow>> {
    @Override
    public Optional<FeatureRow> load(String key) {
      OnlineStore.Row row = rows(List.of(key)).get(key);
      return Optional.ofNullable(row).map(bytes::read);
    }

    @Override
    public Map<String, Optional<FeatureRow>> loadAll(Set<? extends String> keys) {
      Map<String, OnlineStore.Row> rows = rows(List.copyOf(keys));
      Map<String, Optional<FeatureRow>> all = new HashMap<>();
      keys.forEach(key -> all.put(key, Optional.ofNullable(rows.get(key)).map(bytes::read)));
      return all;
    }

    private Map<String, OnlineStore.Row> rows(List<String> keys) {
      Map<String, OnlineStore.Row> rows = store.read(stored, keys);
      failed.end();
      return rows;
    }

    /** Caffeine would log each failure with its stack trace, except if it is a cancellation. */
    @Override
    public CompletableFuture<Optional<FeatureRow>> asyncReload(
        String key, Optional<FeatureRow> old, Executor executor) {
      CompletableFuture<Optional<FeatureRow>> row = new CompletableFuture<>();
      try {
        refresher.execute(() -> reload(key, row));
      } catch (RejectedExecutionException e) { // this object is closed
        row.cancel(false);
      }
      return row;
    }

    private void reload(String key, CompletableFuture<Optional<FeatureRow>> row) {
      if (failed.pause()) {
        row.cancel(false);
        return;
      }
      try {
        row.complete(load(key));
      } catch (RuntimeException | Error e) {
        if (!refresher.isShutdown()) {
          failed.add(e);
        }
        row.cancel(false);
      }
    }
  }

  /**
   * Starts a reader.
   *
   * @param view the view; rows of another version of the view are not seen
   * @param store the store; the caller closes it after the reader
   * @return a builder
   */
  public static Builder builder(FeatureView view, OnlineStore store) {
    return new Builder(
        Objects.requireNonNull(view, "view"), Objects.requireNonNull(store, "store"));
  }

  /**
   * Returns the newest row of a key.
   *
   * @param key a value for each key of the view, in its order: a {@link String}, a whole number or
   *     a {@link Boolean}, as in the view's rows; {@code 12} and {@code "12"} are different keys
   * @return empty if there is no row, or its time to live has passed
   * @throws IllegalArgumentException if a value is null or of another type, or their number differs
   * @throws io.mlops4j.error.DataException if the row is not cached and the store cannot be reached
   */
  public Optional<FeatureRow> read(Object... key) {
    return alive(cache.get(KeyText.of(view, Arrays.asList(key))), nowMicros());
  }

  /**
   * Returns the newest rows of many keys with at most one call of the store.
   *
   * @param keys the keys, each as for {@link #read}
   * @return one element for each key, in their order
   * @throws IllegalArgumentException if a value is null or of another type, or their number differs
   * @throws io.mlops4j.error.DataException if a row is not cached and the store cannot be reached
   */
  public List<Optional<FeatureRow>> readAll(List<? extends List<?>> keys) {
    List<String> texts = new ArrayList<>(keys.size());
    keys.forEach(key -> texts.add(KeyText.of(view, key)));
    Map<String, Optional<FeatureRow>> rows = cache.getAll(texts);
    long now = nowMicros();
    List<Optional<FeatureRow>> found = new ArrayList<>(texts.size());
    texts.forEach(text -> found.add(alive(Objects.requireNonNull(rows.get(text)), now)));
    return found;
  }

  /**
   * Stores a row that was computed online, unless the store has a newer one. The created time is
   * now. Writes of several processes may happen in any order.
   *
   * @param eventTime the time since which the row holds
   * @param features all features of the view: {@link Boolean}, whole numbers, {@link Float}, {@link
   *     Double}, {@link String}, {@link Instant} or null, by name
   * @param key a value for each key of the view, as for {@link #read}
   * @return whether it was stored; false if the store has a newer or an equal row
   * @throws IllegalArgumentException if a value has another type, or a time is more than 290 000
   *     years from 1970
   * @throws io.mlops4j.error.DataException if the store cannot be reached
   */
  public boolean write(
      Instant eventTime, Map<String, ? extends @Nullable Object> features, Object... key) {
    String text = KeyText.of(view, Arrays.asList(key));
    Map<String, @Nullable Object> sorted = new TreeMap<>(features);
    @Nullable Object[] values = new @Nullable Object[sorted.size()];
    int i = 0;
    for (Map.Entry<String, @Nullable Object> each : sorted.entrySet()) {
      values[i++] = value(each.getKey(), each.getValue());
    }
    long event = Times.micros(eventTime);
    boolean written =
        store.write(
                stored,
                List.of(
                    new OnlineStore.Row(
                        text,
                        event,
                        Math.max(event, nowMicros()),
                        Times.expires(event, livesMicros),
                        RowBytes.write(List.copyOf(sorted.keySet()), values))))
            > 0;
    cache.invalidate(text);
    return written;
  }

  private static @Nullable Object value(String name, @Nullable Object value) {
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value == null
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Float
        || value instanceof Double
        || value instanceof String
        || value instanceof Instant) {
      return value;
    }
    throw new IllegalArgumentException(
        "features: found "
            + value
            + " of "
            + value.getClass().getSimpleName()
            + " for "
            + name
            + ", expected a Boolean, a whole number, a Float, a Double, a String or an Instant");
  }

  /**
   * The state of a reader at one moment, for a health check or meters.
   *
   * @param cachedKeys keys in the cache, absent ones included; approximate while it changes
   * @param failedReloads reloads of cached rows that have failed since the start
   * @param failingFor the time since a reload failed, if the store has answered nothing after it.
   *     Cached rows are served until they expire. Empty if the store answers, as far as is known
   */
  public record Figures(long cachedKeys, long failedReloads, Optional<Duration> failingFor) {}

  /**
   * Returns the state now. Does not read the store.
   *
   * @return the state, which does not change any more
   */
  public Figures figures() {
    return new Figures(cache.estimatedSize(), failed.count(), failed.failingFor());
  }

  private Optional<FeatureRow> alive(Optional<FeatureRow> row, long now) {
    return row.isPresent()
            && livesMicros != Long.MAX_VALUE
            && now - row.get().eventMicros() > livesMicros
        ? Optional.empty()
        : row;
  }

  private long nowMicros() {
    return Times.micros(clock.instant());
  }

  /**
   * Ends the thread of this object. A read of the store that it has begun is interrupted and waited
   * for, at most 30 seconds: afterwards this object does not use the store, which stays open. A
   * second call does nothing. An interrupt ends the wait and stays set.
   */
  @Override
  public void close() {
    refresher.shutdownNow();
    try {
      if (!refresher.awaitTermination(30, TimeUnit.SECONDS)) {
        LoggerFactory.getLogger(OnlineFeatures.class)
            .warn("features {}: the store has not answered the last read yet", view.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cache.invalidateAll();
  }

  /** The cache and the clock of a reader. Not thread safe. */
  public static final class Builder {
    private final FeatureView view;
    private final OnlineStore store;
    private long rows = 100_000;
    private Duration refreshAfter = Duration.ofSeconds(10);
    private Duration expireAfter = Duration.ofMinutes(1);
    private Clock clock = Clock.systemUTC();
    private boolean testClock;

    private Builder(FeatureView view, OnlineStore store) {
      this.view = view;
      this.store = store;
    }

    /**
     * Sets how many keys are cached; 100 000 unless set. Each takes about 100 bytes and its values.
     *
     * @param keys 0 or more; 0 reads every row from the store
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder cached(long keys) {
      if (keys < 0) {
        throw new IllegalArgumentException("keys: found " + keys + ", expected 0 or more");
      }
      this.rows = keys;
      return this;
    }

    /**
     * Sets the age at which a cached row is loaded again while it is still used; 10 seconds unless
     * set.
     *
     * @param age more than zero
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder refreshAfter(Duration age) {
      this.refreshAfter = positive(age);
      return this;
    }

    /**
     * Sets the age at which a cached row is no longer used; a minute unless set. A row is at most
     * so much older than the store.
     *
     * @param age more than zero
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder expireAfter(Duration age) {
      this.expireAfter = positive(age);
      return this;
    }

    /**
     * Sets the clock for times to live, created times and ages in the cache; the system's unless
     * set. For tests and replays.
     *
     * @param clock the clock
     * @return this
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      this.testClock = true;
      return this;
    }

    /**
     * Starts the reader.
     *
     * @return the reader, which the caller closes
     */
    public OnlineFeatures build() {
      return new OnlineFeatures(this);
    }

    /** The age of a cached row must not change when the system's clock is set. */
    private long nanos() {
      if (!testClock) {
        return System.nanoTime();
      }
      Instant now = clock.instant();
      return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static Duration positive(Duration age) {
      if (age.isNegative() || age.isZero()) {
        throw new IllegalArgumentException("age: found " + age + ", expected more than zero");
      }
      return age;
    }
  }
}
