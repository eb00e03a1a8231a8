package io.mlops4j.monitor.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.mlops4j.inference.RuntimeFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Shows the load, the memory and the cost of a runtime and its models in a Micrometer registry:
 * {@code RuntimeMeters.of(runtime::figures).bindTo(registry)}. This does not slow down calls,
 * because figures are read only when a registry is read. Thread safe.
 *
 * <table>
 *   <caption>The meters of a runtime</caption>
 *   <tr><th>name</th><th>type</th><th>what</th><th>tags</th></tr>
 *   <tr><td>{@code mlops4j.runtime.waiting}</td><td>gauge, in calls</td><td>{@link
 *       RuntimeFigures#waiting}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.runtime.queued}</td><td>gauge, in tasks</td><td>{@link
 *       RuntimeFigures#queued}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.runtime.rejected}</td><td>counter, in calls</td><td>{@link
 *       RuntimeFigures#rejected}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.runtime.memory}</td><td>gauge, in bytes</td><td>native memory by
 *       owner</td><td>{@code owner}: {@code host} ({@link RuntimeFigures#hostBytes}), {@code arrow}
 *       ({@link RuntimeFigures#arrowBytes}), {@code models} ({@link
 *       RuntimeFigures#modelBytes})</td></tr>
 *   <tr><td>{@code mlops4j.runtime.models.idle}</td><td>gauge, in models</td><td>{@link
 *       RuntimeFigures#idleModels}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.runtime.loads.abandoned}</td><td>gauge, in loads</td><td>{@link
 *       RuntimeFigures#abandonedLoads}</td><td></td></tr>
 *   <tr><td>{@code mlops4j.runtime.runs.abandoned}</td><td>gauge, in runs</td><td>{@link
 *       RuntimeFigures#abandonedRuns}</td><td></td></tr>
 * </table>
 *
 * <table>
 *   <caption>The meters of each open model</caption>
 *   <tr><th>name</th><th>type</th><th>what</th></tr>
 *   <tr><td>{@code mlops4j.model.running}</td><td>gauge, in calls</td><td>{@link
 *       io.mlops4j.inference.ModelFigures#running}</td></tr>
 *   <tr><td>{@code mlops4j.model.waiting}</td><td>gauge, in rows</td><td>{@link
 *       io.mlops4j.inference.ModelFigures#waiting}</td></tr>
 *   <tr><td>{@code mlops4j.model.rejected}</td><td>counter, in calls</td><td>{@link
 *       io.mlops4j.inference.ModelFigures#rejected}</td></tr>
 *   <tr><td>{@code mlops4j.model.memory}</td><td>gauge, in bytes</td><td>{@link
 *       io.mlops4j.inference.ModelFigures#nativeBytes}</td></tr>
 *   <tr><td>{@code mlops4j.model.cpu}</td><td>counter, in seconds</td><td>{@link
 *       io.mlops4j.inference.ModelFigures#cpuTime}; only where it is measured</td></tr>
 *   <tr><td>{@code mlops4j.model.placement}</td><td>gauge</td><td>always 1; the tags say where the
 *       model runs: {@code devices}, such as {@code cpu} or {@code cpu,java}, and {@code calls}
 *       ({@link io.mlops4j.model.Placement#calls})</td></tr>
 *   <tr><td>{@code mlops4j.model.breaker.open}</td><td>gauge</td><td>the circuit breaker: 0 closed,
 *       0.5 half open, 1 open</td></tr>
 *   <tr><td>{@code mlops4j.model.breaker.failed}</td><td>counter, in calls</td><td>{@link
 *       io.mlops4j.inference.ProtectionFigures#failed}</td></tr>
 *   <tr><td>{@code mlops4j.model.breaker.rejected}</td><td>counter, in calls</td><td>{@link
 *       io.mlops4j.inference.ProtectionFigures#rejected}</td></tr>
 *   <tr><td>{@code mlops4j.model.fallbacks}</td><td>counter, in calls</td><td>calls of this version
 *       that were answered in its place; the tag {@code by} is {@code previous} ({@link
 *       io.mlops4j.inference.ProtectionFigures#answeredByPrevious}) or {@code default} ({@link
 *       io.mlops4j.inference.ProtectionFigures#answeredByDefault})</td></tr>
 * </table>
 *
 * <p>The meters of a model have the tags {@code model}, {@code version}, {@code alias}, {@code
 * engine} and {@code route}, like the meters of {@link InferenceMeters}. The route of a version
 * that is only kept loaded is {@code standby} ({@link
 * io.mlops4j.inference.ModelFigures#isStandby}). Breakers and fallbacks are shown where a
 * deployment has them. Models with equal tags share their meters: calls, records and times are
 * added. For bytes the maximum is shown, because the models share them.
 *
 * <p>Figures are taken when a registry reads a meter, at most once a second. A newly opened model
 * gets its meters at that moment, so a reader may see them only the next time. The meters of a
 * closed model are removed.
 */
@SuppressWarnings("exports") // Micrometer is optional
public final class RuntimeMeters implements MeterBinder, AutoCloseable {
  private final Supplier<? extends RuntimeFigures> figures;
  private final Tags tags;
  private final List<BoundFigures> bound = new ArrayList<>();

  private RuntimeMeters(Supplier<? extends RuntimeFigures> figures, Tags tags) {
    this.figures = Objects.requireNonNull(figures, "figures");
    this.tags = tags;
  }

  /**
   * Creates the meters of one runtime.
   *
   * @param figures read repeatedly: {@code runtime::figures}
   * @return meters that can be bound to registries
   */
  public static RuntimeMeters of(Supplier<? extends RuntimeFigures> figures) {
    return new RuntimeMeters(figures, Tags.empty());
  }

  /**
   * Adds tags to every meter, for example to tell one runtime from another.
   *
   * @param keyValues keys and values in turn
   * @return a changed copy, bound to no registry
   * @throws IllegalArgumentException if a value is missing
   */
  public RuntimeMeters tags(String... keyValues) {
    return new RuntimeMeters(figures, tags.and(keyValues));
  }

  /**
   * Registers the meters in a registry, which keeps the runtime reachable until {@link #close}.
   *
   * @param registry the registry; the caller closes it
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    bound.add(new BoundFigures(registry, tags, figures));
  }

  /** Removes the meters from every registry. A second call does nothing. */
  @Override
  public synchronized void close() {
    bound.forEach(BoundFigures::close);
    bound.clear();
  }
}
