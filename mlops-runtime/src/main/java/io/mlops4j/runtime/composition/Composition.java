package io.mlops4j.runtime.composition;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import java.util.Map;

/**
 * Several models that are called as one. Thread safe. The caller closes it before its members, and
 * closes the members itself.
 *
 * <p>A composition has a signature of its own: each column that a member reads and no earlier
 * member makes is an input with the name of the column. Several members may read the same column.
 * Each member applies its own null policy and conversions. Keys and further columns reach every
 * member and the listeners.
 *
 * <p>A member may be a loaded model, a {@link io.mlops4j.runtime.deployment.Deployment} or another
 * composition. A deployment may swap its version between two calls. The {@link
 * io.mlops4j.inference.ServedBy#members} of each answer name the versions that made it.
 *
 * <p>A call runs its members one after another, on the thread of the call, with the key, route and
 * trace of its options and with the time that is left until its deadline. If a member fails, the
 * call fails with the same kind of exception, whose message names the member; no further member is
 * called. An asynchronous call runs on one thread of the runtime, and its members do not share runs
 * with other calls. If it is cancelled, or if {@link Closing} ends a call, the run of its member
 * ends as it would for a call of that member alone, and no further member is called. A run that is
 * shared with other calls finishes.
 *
 * <p>Listeners of the composition are notified once for each call, also of a call with a record.
 * Listeners of a member are notified of the member's calls. Both have their own prediction ids; a
 * label belongs to the id of the composition's prediction. If a fallback answered for a member
 * ({@link io.mlops4j.inference.ServedBy#fallback}), the composition's answer is marked as one, too,
 * and its event has the route {@link io.mlops4j.inference.InferenceEvent.Route#FALLBACK}.
 *
 * <p>The signature is that of the versions that served when the composition was built. If a
 * deployment that allows other signatures swaps to a version that does not fit, calls fail with
 * {@link io.mlops4j.error.InferenceException} or {@link io.mlops4j.error.ModelInputException},
 * which names the member, until a version serves that fits.
 */
public interface Composition extends Model {
  /**
   * Returns the members. {@link io.mlops4j.runtime.deployment.Deployment#status} of a member tells
   * which version of it serves and which was refused.
   *
   * @return an unmodifiable map by name, in the order in which they are called
   */
  Map<String, Model> members();

  /**
   * Closes the composition as {@link Builder#closing} says; the default is to wait for running
   * calls. The members stay open. A second call waits for the first.
   *
   * @throws IllegalStateException if it is called during a call of this composition, or on a thread
   *     of its runtime while calls run, or if calls run and {@link Closing#refuses()} was chosen;
   *     the composition stays open
   */
  @Override
  void close();

  /** Settings of a composition. Not thread safe. */
  interface Builder {
    /**
     * Adds a member, which is called after those added before it.
     *
     * @param name a name for messages and columns, not blank, without a dot
     * @param model the model, which must outlive the composition; its owner closes it
     * @return this builder
     * @throws IllegalArgumentException if the name is blank, has a dot or was used before
     */
    Builder member(String name, Model model);

    /**
     * Sets how much a member counts in an average or vote. The default is 1.
     *
     * @param member the name of a member that was added
     * @param weight 0 or more, finite; their sum must be more than 0
     * @return this builder
     * @throws IllegalArgumentException if there is no such member, or the weight is negative,
     *     infinite or NaN
     */
    Builder weight(String member, double weight);

    /**
     * Gives an output of a member another name in this composition, for example because the outputs
     * to average have different names.
     *
     * @param member the name of a member that was added; not the last one of a sequence or stack,
     *     whose outputs are those of the composition
     * @param output the name that the model declares
     * @param as the name in this composition
     * @return this builder
     * @throws IllegalArgumentException if there is no such member or output, or the member has an
     *     output of the other name
     */
    Builder rename(String member, String output, String as);

    /**
     * Adds a listener of the calls of the whole composition.
     *
     * @param listener the listener, which must outlive the composition; the caller closes it
     * @return this builder
     */
    Builder listener(InferenceListener listener);

    /**
     * Sets what happens to running calls when the composition is closed. The default is the choice
     * of the runtime ({@link LoadOptions#closing}).
     *
     * @param closing whether to wait for them, to throw, or to end them after a time
     * @return this builder
     */
    Builder closing(Closing closing);

    /**
     * Builds a sequence: outputs of a member are columns for all later members. The outputs of the
     * last member are those of the composition.
     *
     * <p>A member reads a column from the newest earlier member that has an output of this name,
     * otherwise from the rows of the call. {@code prepare.age} is the output {@code age} of the
     * member {@code prepare}. {@code probabilities.1} is the second value of each row of the output
     * {@code probabilities}.
     *
     * @return the composition, which the caller closes
     * @throws IllegalArgumentException if there are fewer than two members, if a later member reads
     *     no output of an earlier one, if the type of an output does not fit the column, or if
     *     members need different types of the same column
     * @throws IllegalStateException if the runtime is closed
     */
    Composition sequence();

    /**
     * Builds a composition that calls all members with the same rows and averages outputs. Element
     * by element, the result is the sum of weight times value, divided by the sum of the weights.
     * It is computed in float64. The output is float64 if it is float64 of any member, otherwise
     * float32. A NaN of a member with a weight above 0 makes the result NaN; members with weight 0
     * are called and do not count. Without weights this is scikit-learn's {@code VotingRegressor},
     * or its {@code VotingClassifier} with {@code voting="soft"}.
     *
     * @param output the name of a floating-point output that all members have, with the same number
     *     of values in a row
     * @param more names of further such outputs
     * @return the composition, whose outputs are these; the caller closes it
     * @throws IllegalArgumentException if there are fewer than two members, if an output is missing
     *     or does not fit, or if members need different types of the same column
     * @throws IllegalStateException if the runtime is closed
     */
    Composition average(String output, String... more);

    /**
     * Builds a composition that calls all members with the same rows and returns the label with the
     * largest sum of weights in each row. Of labels with equal sums it returns the smallest: the
     * smallest number, false, or the first text in the order of code points. This is scikit-learn's
     * {@code VotingClassifier} with {@code voting="hard"}. Labels are texts, booleans or integers
     * other than uint64. If their integer types differ, the result is int64.
     *
     * @param output the name of an output that all members have, with one label for each row
     * @return the composition, whose only output is this; the caller closes it
     * @throws IllegalArgumentException if there are fewer than two members, if the output is
     *     missing or does not fit, or if members need different types of the same column
     * @throws IllegalStateException if the runtime is closed
     */
    Composition vote(String output);

    /**
     * Builds a composition that calls all members with the same rows, and then a last model with
     * their outputs. Its columns are {@code member.output}, {@code member.output.1} for the second
     * value of each row, and the columns of the call.
     *
     * @param name the name of the last member
     * @param last the model, which must outlive the composition; its owner closes it
     * @return the composition, whose outputs are those of the last model; the caller closes it
     * @throws IllegalArgumentException if there is no other member, if the last model does not read
     *     an output of each of them, if the type of an output does not fit the column, or if
     *     members need different types of the same column
     * @throws IllegalStateException if the runtime is closed
     */
    Composition stack(String name, Model last);
  }
}
