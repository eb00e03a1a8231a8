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
 * <p>When the alias gets a new record, the version that it names is tried: verified, loaded,
 * compared with the version that serves, and tested. Its inputs must be the same, by name and type,
 * and its outputs at least the same ({@link Builder#allowSignatureChange}); every {@link
 * io.mlops4j.inference.RowModel} that was handed out is bound to it. It answers the golden rows of
 * its card or, without them, one row of zeros and empty texts; it must not fail on them, nor answer
 * NaN ({@link Builder#allowNan}). The same holds for a few recent rows of callers ({@link
 * Builder#withoutRecentRows}). Then it is published, and the version before is closed when its last
 * call has ended: no call fails, and none sees a closed model.
 *
 * <p>What keeps a version from serving is a verdict or a passing failure, and {@link #status} shows
 * which. After a verdict on its bytes, signature, card or answers the version is refused, and tried
 * again only when the alias gets another record. After everything else it is tried again, with
 * growing pauses from one to thirty seconds: the registry or its database failed, a required
 * signature is not there yet, memory or time was too short, the engine was not available. In both
 * cases the version before goes on serving.
 *
 * <p>The registry is read, and versions are tried, on threads of the deployment. A newer record, a
 * rollback and {@link #close} overtake a trial that still runs. Nothing can end a load that hangs
 * in an engine: it is abandoned, counted in {@link #status}, and what it loads is closed when it
 * ends. At most eight may be abandoned at a time; further versions wait then. While an abandoned
 * trial of a version still runs, that version is not tried again.
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
   * rollback or by hand, is never gone to again this way, and versions that were deleted are passed
   * over. Should the version that served before be refused now, the alias names it nevertheless,
   * and {@link #status} says why it does not serve.
   *
   * @param from who is to leave, as a prediction or an alarm tells
   * @param reason why; it goes into the record, signed by the deployment's actor
   * @return the new record; empty if nothing happened, also when nothing served before
   * @throws io.mlops4j.error.RegistryException if the alias was removed, which keeps what serves;
   *     or if the registry cannot be used or does not answer within {@link
   *     Builder#registryTimeout}, or if every version that served before was deleted
   * @throws IllegalStateException if the deployment is closed
   */
  Optional<AliasRecord> rollback(ServedBy from, String reason);

  /**
   * Looks at the alias now instead of at the next interval, tries a version that waits at once, and
   * swaps before returning. Waits for the trial unless something overtakes it, even when the thread
   * is interrupted.
   *
   * @return what serves afterwards, and what was refused or waits
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used or does not answer
   *     within {@link Builder#registryTimeout}; what serves stays
   * @throws IllegalStateException if the deployment is closed
   */
  DeploymentStatus refresh();

  /**
   * What serves, what was refused or waits, and whether the registry can be read; also after close.
   * Never waits.
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
   * and frees the models; a second call does nothing, and does not wait for the first. A trial or a
   * call of the registry that still runs is abandoned after a second. Within a call of the version
   * that serves, by a listener or while an asynchronous answer is read, it is refused, for it would
   * wait for itself.
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
     * Adds a listener, which is called after every swap and every refusal, and when a wait or an
     * outage begins, or an outage ends. Calls come one at a time, in order, on a thread of the
     * deployment; what the listener throws is logged.
     *
     * @param listener gets the state after the change, or a later one
     * @return this builder
     */
    Builder onChange(Consumer<? super DeploymentStatus> listener);

    /**
     * Limits how long one trial of a version may take, from reading its bytes to its last test;
     * five minutes unless set. A trial that takes longer is abandoned and tried again after it has
     * ended. {@link #start} waits as long for the first version.
     *
     * @param limit more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder trialTimeout(Duration limit);

    /**
     * Limits how long the deployment waits for an answer of the registry to a look at the alias or
     * a rollback; ten seconds unless set. Bytes are read within the trial's limit.
     *
     * @param limit more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder registryTimeout(Duration limit);

    /**
     * Allows versions with other inputs, or with fewer or other outputs, than the version that
     * serves. Callers must cope with it; records that were handed out must still fit.
     *
     * @return this builder
     */
    Builder allowSignatureChange();

    /**
     * Allows versions that answer NaN to finite rows of the self-test.
     *
     * @return this builder
     */
    Builder allowNan();

    /**
     * Keeps no rows of callers. By default the deployment keeps a copy of the first rows of a batch
     * that was answered, at most 32 rows and one mebibyte, replaced about once a minute. The next
     * version must answer them before it serves. They stay in the memory of this process and are
     * freed with the deployment. A message about a refused version may quote a value of them.
     *
     * <p>Only batches are kept. A deployment whose callers give records ({@link Model#rows}) tries
     * the next version with the golden rows of its card alone. No rows are used with {@link
     * #allowSignatureChange}.
     *
     * @return this builder
     */
    Builder withoutRecentRows();

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
