package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A model that follows an alias of a registry. Thread safe. Whoever started it closes it, before
 * the registry and the listeners that were lent to it.
 *
 * <p>When the alias gets a new record, the version that it names is verified, loaded, warmed with
 * one call and tested with the golden rows of its card; every {@link io.mlops4j.inference.RowModel}
 * that was handed out is bound to it. Then it is published, and the version before is closed when
 * its last call has ended: no call fails, and none sees a closed model. A version that fails any of
 * this never serves: the one before stays, the refusal is kept in {@link #status} and logged, and
 * the version is tried again only when the alias gets another record.
 *
 * <p>A version is leased from before its bytes are read until its last call has ended, so that no
 * process deletes it meanwhile, also when no alias names it any more; who wants to is told of the
 * actor and the process. A registry that cannot note a lease, as one that can only be read, is no
 * reason not to serve: that is logged, once a minute at most. A version whose card names other
 * regions than the runtime's is refused.
 */
public interface Deployment extends Model {
  /**
   * Takes the alias back to the version that served before, and serves it before returning.
   *
   * <p>Nothing happens unless {@code from} still serves under the newest record of the alias, so a
   * late or repeated alarm never walks further back. A version that was left by going back, by a
   * rollback or by hand, is never gone to again this way. Should the version that served before be
   * refused now, the alias names it nevertheless, and {@link #status} says why it does not serve.
   *
   * @param from who is to leave, as a prediction or an alarm tells
   * @param reason why; it goes into the record, signed by the deployment's actor
   * @return the new record; empty if nothing happened, also when nothing served before
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used
   * @throws IllegalStateException if the deployment is closed
   */
  Optional<AliasRecord> rollback(ServedBy from, String reason);

  /**
   * Looks at the alias now instead of at the next interval, and swaps before returning.
   *
   * @return what serves afterwards, and what was refused
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used; what serves stays
   * @throws IllegalStateException if the deployment is closed
   */
  DeploymentStatus refresh();

  /**
   * What serves, and what was refused; also after close.
   *
   * @return the state now
   */
  DeploymentStatus status();

  /**
   * How the challenger compares.
   *
   * @return empty unless the deployment was started with one
   */
  Optional<ShadowStatus> shadow();

  /**
   * Ends following, waits for running calls or does with them as {@link LoadOptions#closing} chose,
   * and frees the models; a second call does nothing, and does not wait for the first. Within a
   * call of the version that serves, by a listener or while an asynchronous answer is read, it is
   * refused, for it would wait for itself.
   *
   * @throws IllegalStateException if it was asked from within a call, or calls run and the choice
   *     was to refuse then; the deployment goes on
   */
  @Override
  void close();

  /** Says what to follow and how. Not thread safe. */
  interface Builder {
    /**
     * The registry; required.
     *
     * @param registry lent: it must outlive the deployment
     * @return this builder
     */
    Builder from(ModelRegistry registry);

    /**
     * Who signs what this process changes.
     *
     * @param actor a name that people will understand in the history
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    Builder actor(String actor);

    /**
     * Asks a challenger with the same rows, after the answer; its answer is compared, told to
     * listeners as {@link io.mlops4j.inference.InferenceEvent.Route#SHADOW}, and never returned.
     * Rows are dropped and counted when it falls behind.
     *
     * @param ref {@code name@alias}; may be assigned later
     * @return this builder
     * @throws IllegalArgumentException if it names no alias
     */
    Builder shadow(String ref);

    /**
     * How versions are loaded.
     *
     * @param options engine, devices, schema, listeners
     * @return this builder
     */
    Builder options(LoadOptions options);

    /**
     * Answers single records, and small batches, that wait for a processor in one run.
     *
     * @param batching how many
     * @return this builder
     */
    Builder microBatching(MicroBatching batching);

    /**
     * Adds a listener. Rows of warm-up and self-test are not told.
     *
     * @param listener lent: started before, closed after
     * @return this builder
     */
    Builder listener(InferenceListener listener);

    /**
     * How often to look at the alias; one second unless set.
     *
     * @param interval more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder every(Duration interval);

    /**
     * Tells of every swap and every refusal, in order, in the thread that made it. Must be quick;
     * what it throws is logged. Adds to those set before.
     *
     * @param listener told the state after the change
     * @return this builder
     */
    Builder onChange(Consumer<? super DeploymentStatus> listener);

    /**
     * Loads what the alias names now and begins to follow it.
     *
     * @return the deployment, which the caller closes
     * @throws IllegalStateException if no registry was given
     * @throws io.mlops4j.error.RegistryException if the alias names nothing, or the bytes are not
     *     those that were published
     * @throws io.mlops4j.error.RegionException if its card names other regions than the runtime's
     * @throws io.mlops4j.error.ModelLoadException if the version cannot be loaded or fails its
     *     self-test
     */
    Deployment start();
  }
}
