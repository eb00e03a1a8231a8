package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.ServedBy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times calls in a Micrometer registry. Pass it to {@link
 * io.mlops4j.inference.LoadOptions.Builder#listener} or to a deployment. One instance serves any
 * number of models, and a registry needs only one. Thread safe; nothing to close.
 *
 * <table>
 *   <caption>The meters</caption>
 *   <tr><th>name</th><th>type</th><th>what</th><th>additional tags</th></tr>
 *   <tr><td>{@code mlops4j.inference}</td><td>timer</td><td>time of a call, the sum of its phases</td>
 *       <td>{@code outcome}: {@code success}, {@code error}</td></tr>
 *   <tr><td>{@code mlops4j.inference.phase}</td><td>timer</td><td>time of a phase, of calls that spent
 *       time in it</td><td>{@code phase}: {@code queue}, {@code bind}, {@code run}, {@code read}
 *       ({@link io.mlops4j.inference.InferenceEvent.Phase})</td></tr>
 *   <tr><td>{@code mlops4j.inference.rows}</td><td>summary, in rows</td><td>rows of a call, the size
 *       of batches</td><td>{@code outcome}</td></tr>
 *   <tr><td>{@code mlops4j.inference.errors}</td><td>counter</td><td>calls that failed</td>
 *       <td>{@code exception}: the simple name of the exception's type, or of its nearest supertype
 *       that belongs to this library or to Java, such as {@code ModelInputException}, {@code
 *       DeadlineException}, {@code OverloadedException}</td></tr>
 * </table>
 *
 * <p>All meters have the tags {@code model}, {@code version} (the registry's number), {@code alias}
 * (without the model's name), {@code engine} and {@code route} ({@code primary}, {@code canary},
 * {@code shadow}, {@code fallback}). A tag without a value, such as the version of a plain file, is
 * {@code none}. Single records that were grouped into one run are one call of many rows. The gauge
 * {@code mlops4j.model.placement} of {@link RuntimeMeters} has the same tags, and says on which
 * devices the model runs and how calls reach the engine.
 *
 * <p>The number of meters is bounded. At most {@link Builder#limit} models and versions have
 * meters. If another one answers, the meters of the one that has been silent the longest, and for
 * at least a minute, are removed from the registry. If that one answers again, its meters start at
 * zero. If none has been silent for a minute, the new one is counted with {@code other} for model,
 * version, alias and engine, until there is room.
 *
 * <p>A call costs the recording of up to six meters and creates no garbage of its own. Exceptions
 * of a registry are rethrown: the runtime counts and logs them, and the caller does not see them.
 */
@SuppressWarnings("exports") // Micrometer is optional
public final class InferenceMeters implements InferenceListener {
  /** After this number of calls without room, check whether other models have become silent. */
  private static final int PATIENCE = 1024;

  private static final long AGE = TimeUnit.MINUTES.toNanos(1);

  private final MeterRegistry registry;
  private final Tags common;
  private final boolean histogram;
  private final int limit;
  private final ServedMeters other;

  /** By labels, at most {@code limit}. Guarded by this. */
  private final Map<ServedLabels, ServedMeters> known = new HashMap<>();

  /**
   * The meters by the identity of the call's {@link ServedBy}. Each swap has one instance, and
   * hashing its value would cost more than the recording. The map is replaced and never changed. It
   * is dropped when it has grown, because the end of an instance is not reported.
   */
  private volatile IdentityHashMap<ServedBy, ServedMeters> seen = new IdentityHashMap<>();

  /**
   * The number of the current age. Ages show which models are silent without reading the clock in
   * each call. Each age lasts at least a minute, so a model without a call during a whole age has
   * been silent for at least a minute. Written under this.
   */
  private volatile int age;

  /** The time when the current age began. Guarded by this. */
  private long since;

  /** Calls without room since the last look for room. A lost update only delays the next look. */
  private int waited;

  private InferenceMeters(Builder builder) {
    this.registry = builder.registry;
    this.common = builder.tags;
    this.histogram = builder.histogram;
    this.limit = builder.limit;
    this.since = registry.config().clock().monotonicTime();
    this.other = meters(ServedLabels.OTHER);
  }

  /**
   * Counts in this registry, with the defaults of a {@link #builder}.
   *
   * @param registry the registry; the caller closes it
   * @return a listener
   */
  public static InferenceMeters to(MeterRegistry registry) {
    return builder(registry).build();
  }

  /**
   * Returns a builder for meters in this registry.
   *
   * @param registry the registry; the caller closes it
   * @return a builder
   */
  public static Builder builder(MeterRegistry registry) {
    return new Builder(registry);
  }

  @Override
  public void onInference(InferenceEvent event) {
    ServedMeters meters = seen.get(event.servedBy());
    if (meters == null || (meters == other && ++waited >= PATIENCE)) {
      meters = arrive(event.servedBy());
    }
    int now = age;
    if (meters.heard != now) {
      meters.heard = now;
    }
    meters.record(event);
  }

  private synchronized ServedMeters arrive(ServedBy by) {
    ServedLabels labels = ServedLabels.of(by);
    ServedMeters meters = known.get(labels);
    if (meters == null) {
      meters = settle(labels);
    }
    IdentityHashMap<ServedBy, ServedMeters> next =
        seen.size() < 4L * limit ? new IdentityHashMap<>(seen) : new IdentityHashMap<>();
    next.put(by, meters);
    seen = next;
    return meters;
  }

  private ServedMeters settle(ServedLabels labels) {
    waited = 0;
    long now = registry.config().clock().monotonicTime();
    if (now - since >= AGE) {
      int next = age + 1;
      age = next;
      since = now;
    }
    if (known.size() >= limit && !removeSilent()) {
      return other;
    }
    ServedMeters meters = meters(labels);
    meters.heard = age;
    known.put(labels, meters);
    return meters;
  }

  private boolean removeSilent() {
    Map.Entry<ServedLabels, ServedMeters> oldest = oldest();
    if (oldest == null || oldest.getValue().heard > age - 2) {
      return false;
    }
    known.remove(oldest.getKey());
    IdentityHashMap<ServedBy, ServedMeters> rest = new IdentityHashMap<>(seen);
    rest.values().removeIf(meters -> meters == oldest.getValue());
    seen = rest;
    oldest.getValue().remove();
    return true;
  }

  private Map.@Nullable Entry<ServedLabels, ServedMeters> oldest() {
    return known.entrySet().stream()
        .min(Comparator.comparingInt(entry -> entry.getValue().heard))
        .orElse(null);
  }

  private ServedMeters meters(ServedLabels labels) {
    return new ServedMeters(registry, common.and(labels.tags()), histogram);
  }

  @Override
  public String toString() {
    return "InferenceMeters to " + registry.getClass().getSimpleName();
  }

  /** Settings of the meters. Not thread safe. */
  public static final class Builder {
    private final MeterRegistry registry;
    private Tags tags = Tags.empty();
    private boolean histogram;
    private int limit = 100;

    private Builder(MeterRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
    }

    /**
     * Adds tags to every meter.
     *
     * @param keyValues keys and values in turn
     * @return this builder
     * @throws IllegalArgumentException if a value is missing
     */
    public Builder tags(String... keyValues) {
      tags = tags.and(keyValues);
      return this;
    }

    /**
     * Publishes a histogram of both timers, from which a backend such as Prometheus computes
     * percentiles over many processes. It costs about seventy time series for each timer.
     *
     * @return this builder
     */
    public Builder percentileHistogram() {
      histogram = true;
      return this;
    }

    /**
     * Sets the number of models and versions that have meters of their own at a time; the default
     * is 100. Further ones share meters.
     *
     * @param most at least 1
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    public Builder limit(int most) {
      if (most < 1) {
        throw new IllegalArgumentException("limit: found " + most + ", expected at least 1");
      }
      limit = most;
      return this;
    }

    /**
     * Creates the listener.
     *
     * @return a listener
     */
    public InferenceMeters build() {
      return new InferenceMeters(this);
    }
  }
}
