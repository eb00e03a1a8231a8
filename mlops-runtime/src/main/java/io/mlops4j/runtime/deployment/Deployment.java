package io.mlops4j.runtime.deployment;

import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Gate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A model that follows an alias of a registry. Thread safe. The caller closes it before its
 * registry and its listeners.
 *
 * <p>When the alias gets a new record, the deployment tries the version that it points to: it
 * verifies, loads and tests the version, and compares it with the serving version.
 *
 * <ul>
 *   <li>Its inputs must be the same by name and type. Its outputs must include those of the serving
 *       version ({@link Builder#allowSignatureChange} lifts these rules). The record classes of
 *       each {@link io.mlops4j.inference.RowModel} that callers have bound must fit.
 *   <li>Its answers to the golden rows of its card must be those of the card. Without golden rows,
 *       it must answer one row of zeros and empty texts without a failure and without NaN ({@link
 *       Builder#allowNan}). The same holds for a few recent rows of callers ({@link
 *       Builder#withoutRecentRows}).
 * </ul>
 *
 * <p>Then the version serves, and the previous version is closed when its last call has ended. The
 * swap makes no call fail.
 *
 * <p>If a version cannot serve, the previous version continues to serve, and {@link #status} shows
 * the reason. If the reason is its bytes, signature, card or answers, the version is refused until
 * the alias gets another record. After any other failure it is retried, with growing pauses from
 * one to thirty seconds. Examples are a registry or database that failed, a required signature that
 * is still missing, too little memory or time, and an engine that is not available.
 *
 * <p>A call fails if its version fails, unless the deployment has a {@linkplain Builder#fallbackTo
 * fallback}. With a {@linkplain Builder#circuitBreaker circuit breaker}, a version that fails is
 * not called for a while: calls then get the fallback, or {@link
 * io.mlops4j.error.CircuitOpenException}. With {@linkplain Builder#shedding load shedding}, calls
 * beyond a limit fail with {@link io.mlops4j.error.OverloadedException}.
 *
 * <p>The registry is read, and versions are tried, on threads of the deployment. A newer record, a
 * rollback or {@link #close} abandons a trial that still runs. A load that hangs in an engine
 * cannot be ended. It is abandoned and counted in {@link #status}, and its model is closed when it
 * ends. While eight trials are abandoned, further versions wait. While an abandoned trial of a
 * version still runs, that version is not retried.
 *
 * <p>A version is leased before its bytes are read and until its last call has ended. Meanwhile no
 * process can delete it, even when no alias points to it. Anyone who tries gets an error that names
 * the actor and the process. If the registry cannot record a lease (for example, because it is
 * read-only), the version still serves and a warning is logged, at most once a minute. A version
 * whose card names other regions than the runtime's is refused.
 */
public interface Deployment extends Model {
  /**
   * Moves the alias back to the previous version, and returns when that version serves.
   *
   * <p>Nothing happens unless {@code from} still serves under the newest record of the alias. So a
   * late or repeated alarm does not move the alias back a second time. Deleted versions are
   * skipped, and so are versions from which the alias was moved back before, by a rollback or by
   * hand. If the previous version is refused now, the alias points to it nevertheless, and {@link
   * #status} says why it does not serve.
   *
   * @param from the version to move away from, as a prediction or an alarm names it
   * @param reason the reason, which is recorded with the deployment's actor
   * @return the new record; empty if nothing happened, for example because no version served before
   * @throws io.mlops4j.error.RegistryException if the alias was removed (the serving version
   *     stays), if the registry cannot be used or does not answer within {@link
   *     Builder#registryTimeout}, or if every previous version was deleted
   * @throws IllegalStateException if the deployment is closed
   */
  Optional<AliasRecord> rollback(ServedBy from, String reason);

  /**
   * Reads the alias now instead of at the next interval, and retries a waiting version at once.
   * Returns when the trial has ended or was abandoned, even if the thread is interrupted.
   *
   * @return the state afterwards
   * @throws io.mlops4j.error.RegistryException if the registry cannot be used or does not answer
   *     within {@link Builder#registryTimeout}; the serving version stays
   * @throws IllegalStateException if the deployment is closed
   */
  DeploymentStatus refresh();

  /**
   * Returns the serving version, a version that was refused or waits, and whether the registry can
   * be read. Never waits, and works after close.
   *
   * @return the state now
   */
  DeploymentStatus status();

  /**
   * Returns how the answers of the challenger compare with those of the champion.
   *
   * @return empty if the deployment has no challenger
   */
  Optional<ShadowStatus> shadow();

  /**
   * Returns the candidate that answers a share of the calls, or waits to do so.
   *
   * @return empty if the deployment has neither a canary nor rollouts, or if there is no candidate
   */
  Optional<CanaryStatus> canary();

  /**
   * Stops following the alias and frees the models. Running calls are treated as {@link
   * LoadOptions#closing} says; the default is to wait for them. A trial or a registry call that
   * still runs is abandoned after a second. A second call waits for the end of the first, so that a
   * shutdown hook does not end the process too early. It returns at once where the first waits for
   * it, such as in a listener.
   *
   * @throws IllegalStateException if called from inside a call of the serving version, such as by a
   *     listener, because it would wait for itself; or if calls run and {@link
   *     io.mlops4j.inference.Closing#refuses()} was chosen. The deployment then continues
   */
  @Override
  void close();

  /** Settings of a deployment. Not thread safe. */
  interface Builder {
    /**
     * Sets the registry, which is required.
     *
     * @param registry the registry, which must outlive the deployment; the caller closes it
     * @return this builder
     */
    Builder from(ModelRegistry registry);

    /**
     * Sets the actor of the records that this process makes.
     *
     * @param actor a name that people will understand in the history
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    Builder actor(String actor);

    /**
     * Adds a challenger, which is called with the same rows after they were answered. Its answers
     * are compared and never returned. Listeners are notified of them with the route {@link
     * io.mlops4j.inference.InferenceEvent.Route#SHADOW}. At most 64 calls wait for it; rows beyond
     * that are dropped and counted. Its calls have a deadline of a minute. It is no longer called
     * when its alias is removed. Numbers that differ by at most 0.0001 of the larger one, or by
     * 0.0001 below 1, agree.
     *
     * @param ref {@code name@alias}; may be assigned later
     * @return this builder
     * @throws IllegalArgumentException if it names no alias
     */
    Builder shadow(String ref);

    /**
     * Adds a challenger like {@link #shadow(String)}, with another tolerance.
     *
     * @param ref {@code name@alias}; may be assigned later
     * @param tolerance numbers {@code a} and {@code b} disagree if {@code |a - b| > tolerance *
     *     max(1, |a|, |b|)}; 0 or more and finite. 0.05 suits probabilities of models that were
     *     trained on other data
     * @return this builder
     * @throws IllegalArgumentException if the reference names no alias, or the tolerance is
     *     negative or not finite
     */
    Builder shadow(String ref, double tolerance);

    /**
     * Sets the share of the calls that the challenger of {@link #shadow(String)} gets. Each call is
     * chosen at random, whatever its size; the others are neither compared nor dropped. The default
     * is 1.
     *
     * @param share from more than 0 to 1
     * @return this builder
     * @throws IllegalArgumentException if the share is out of this range or NaN
     */
    Builder shadowShare(double share);

    /**
     * Sets how versions are loaded.
     *
     * @param options engine, devices, schema, listeners
     * @return this builder
     */
    Builder options(LoadOptions options);

    /**
     * Groups waiting records and small batches into one engine run.
     *
     * @param batching the bounds
     * @return this builder
     */
    Builder microBatching(MicroBatching batching);

    /**
     * Adds a listener, which is not notified of calls of the warm-up and the self-test.
     *
     * @param listener the listener, which must outlive the deployment; the caller closes it
     * @return this builder
     */
    Builder listener(InferenceListener listener);

    /**
     * Sets how often the alias is read; the default is one second.
     *
     * @param interval more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder every(Duration interval);

    /**
     * Adds a listener for changes of the state. It is called after each swap and each refusal, when
     * a version begins to wait, when an outage begins or ends, and when a circuit breaker opens or
     * closes. It is called for one change at a time, in their order, on a thread of the deployment.
     * Exceptions of the listener are logged.
     *
     * @param listener gets the state after the change, or a later one
     * @return this builder
     */
    Builder onChange(Consumer<? super DeploymentStatus> listener);

    /**
     * Limits the time of one trial of a version, from reading its bytes to its last test. The
     * default is five minutes. A trial that takes longer is abandoned, and the version is retried
     * after the trial has ended. {@link #start} waits as long for the first version.
     *
     * @param limit more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder trialTimeout(Duration limit);

    /**
     * Limits how long the deployment waits for the registry when it reads the alias or rolls back,
     * and how long its start waits for a candidate or challenger that is loaded and tested. The
     * default is ten seconds. Reading the bytes of a version counts as part of its trial ({@link
     * #trialTimeout}).
     *
     * @param limit more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is not more than zero
     */
    Builder registryTimeout(Duration limit);

    /**
     * Lets the version of a second alias answer a share of the calls. A batch is one call. The
     * candidate must pass the same tests as the serving version, and fit its inputs and outputs. If
     * it cannot serve, the version of the deployment's alias answers all calls. Listeners are
     * notified of its calls with the route {@link
     * io.mlops4j.inference.InferenceEvent.Route#CANARY}, and each prediction names its version.
     *
     * <p>Calls are chosen at random, or by {@link io.mlops4j.inference.CallOptions#withKey} or
     * {@link io.mlops4j.inference.CallOptions#withRoute}.
     *
     * @param ref {@code name@alias} of the candidate; may be assigned later
     * @param share 0 to 1
     * @return this builder
     * @throws IllegalArgumentException if the reference names no alias, or the share is outside
     */
    Builder canary(String ref, double share);

    /**
     * Takes part in the rollouts of the alias: the candidate of an open {@link Rollout} answers the
     * share of the calls of its step, like a {@linkplain #canary canary}, and the gate judges it at
     * the end of each interval. A rollout is started by {@link Rollout#start} or on the command
     * line, in any process.
     *
     * <p>All processes with the alias may judge. Each judges by its own calls. The first failure in
     * any of them ends the rollout, and the first pass leads to the next step. A candidate that is
     * refused or fails its tests fails the rollout. One that cannot be loaded for now, and a gate
     * that throws an exception, are inconclusive. After an exception of the gate, and after a
     * failure of the registry, the candidate is judged again after a second, with growing pauses up
     * to thirty seconds. It is judged until it is approved.
     *
     * @param gate judges the candidate, on a thread of the deployment; for example that of a
     *     monitor, which is also a {@linkplain #listener listener}
     * @return this builder
     */
    Builder rollouts(Gate gate);

    /**
     * Keeps a copy of the serving version in a folder of this machine. If the registry cannot be
     * used when the deployment starts again, the copy serves: its digests, its signatures and the
     * record of the alias are checked as those of the registry are, and it passes the same tests.
     * When the registry can be used again, its version is loaded and replaces the copy.
     *
     * <p>The copy is made after each swap, on a thread of the deployment. It takes the disk space
     * of up to two versions. {@link Deployment#status} shows a copy that failed. It is retried with
     * growing pauses from one to thirty seconds. The copy is not leased in the registry: a version
     * that was deleted there continues to serve from the copy until the registry can be used again.
     *
     * @param folder a folder that only trusted users can write; created if it is absent. If it
     *     holds a copy, the deployment starts even when the folder cannot be written, for example
     *     because the disk is full. Processes that follow the same alias may share it
     * @return this builder
     */
    Builder lastGoodIn(Path folder);

    /**
     * Allows versions with other inputs, or with fewer or other outputs, than the serving version.
     * Callers must be prepared for them. The record classes that callers have bound must still fit.
     *
     * @return this builder
     */
    Builder allowSignatureChange();

    /**
     * Allows versions that return NaN for finite rows of the self-test.
     *
     * @return this builder
     */
    Builder allowNan();

    /**
     * Keeps no recent rows of callers. By default the deployment keeps rows of recent calls, and
     * the next version must answer them before it serves: up to 32 rows of a call and 256 of all,
     * in at most four mebibytes. It keeps the first calls after its start, and then one call at
     * each {@link #every} in place of others that are chosen at random. A call with batches is
     * copied. Records are kept themselves, so do not change their arrays. Rows stay in the memory
     * of this process and are freed with the deployment. A message about a refused version may
     * quote a value of them.
     *
     * <p>The next version answers them call by call, the last ones first, for at most a tenth of
     * {@link #trialTimeout}. No rows are used with {@link #allowSignatureChange}.
     *
     * @return this builder
     */
    Builder withoutRecentRows();

    /**
     * Gives each version a circuit breaker: while too many of its calls fail, it is not called. The
     * calls get the fallback if there is one, and otherwise {@link
     * io.mlops4j.error.CircuitOpenException}. If the breaker of a candidate is open, the version of
     * the deployment's alias answers its calls, and its rollout fails. The challenger of a
     * {@linkplain #shadow shadow} has no breaker.
     *
     * @param settings when it opens and closes
     * @return this builder
     */
    Builder circuitBreaker(CircuitBreaker settings);

    /**
     * Answers with a default prediction when a call fails ({@link
     * io.mlops4j.error.InferenceException}, {@link io.mlops4j.error.DeadlineException}, an {@code
     * Error}) or its circuit breaker is open. The values are checked against the outputs of each
     * version: {@link #start} fails, and a later version is refused, if they do not fit. {@link
     * ServedBy#fallback} marks such answers. Their engine is {@code default}, and their digest is
     * that of the values.
     *
     * @param outputs for each output of the model a number, a boolean or a text, or a list or array
     *     of them for several values in a row; copied, but not deeply
     * @return this builder
     */
    Builder fallbackTo(Map<String, ?> outputs);

    /**
     * Answers with the version that served before when a call fails or its circuit breaker is open,
     * as in {@link #fallbackTo}. It gets what is left of the deadline, and is not called after a
     * {@link io.mlops4j.error.DeadlineException}. If it cannot answer, the default prediction
     * follows. A failed call of a candidate is answered by the version of the deployment's alias.
     * Includes {@link #keepPrevious}.
     *
     * @return this builder
     */
    Builder fallbackToPrevious();

    /**
     * Keeps the previous version loaded when another version replaces it. A rollback to it then
     * reads no bytes and loads nothing; the version is tested again. It is leased like the serving
     * version. It takes memory until the next swap to a third version, or until the deployment is
     * closed; {@link DeploymentStatus#protection} names it. A version that serves from its
     * {@linkplain #lastGoodIn local copy} is not kept.
     *
     * @return this builder
     */
    Builder keepPrevious();

    /**
     * Limits the calls in flight. A call above the limit fails with {@link
     * io.mlops4j.error.OverloadedException}. Less important calls ({@link
     * io.mlops4j.inference.CallOptions#withPriority}) are rejected first. A call counts once, with
     * its fallbacks, until it is answered, also on a version that was swapped out meanwhile.
     *
     * @param settings the limit of each priority
     * @return this builder
     */
    Builder shedding(LoadShedding settings);

    /**
     * Loads the version that the alias points to and begins to follow the alias.
     *
     * @return the deployment, which the caller closes
     * @throws IllegalStateException if no registry was given
     * @throws IllegalArgumentException if a {@linkplain #fallbackTo default prediction} does not
     *     fit the outputs of the version; or if a {@linkplain #lastGoodIn last good version} is
     *     kept, and the registry was opened by neither {@code FileModelRegistry} nor {@code
     *     JdbcModelRegistry}
     * @throws io.mlops4j.error.RegistryException if the alias points to no version, the bytes are
     *     not those that were published, the registry cannot be used and no last good version was
     *     kept, or the folder for it cannot be written and holds none
     * @throws io.mlops4j.error.RegionException if its card names other regions than the runtime's
     * @throws io.mlops4j.error.ModelLoadException if the version cannot be loaded or fails its
     *     self-test
     */
    Deployment start();
  }
}
