package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ProtectionFigures;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.binding.output.ConstantRow;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model whose callers can count their calls before they begin. So a deployment can swap the
 * model, and no caller gets a closed one. Thread safe.
 */
public interface ServingModel extends Model {
  /**
   * Gives the loaded model another identity, for example when an alias gets a new record for the
   * same version. Engine and slots are shared. Each identity is closed independently.
   *
   * @param alias the record that makes it serve
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel withAlias(AliasRecord alias);

  /**
   * Gives the loaded model another identity for calls that may hang. Closing it ends its calls if
   * the engine can end them. No listener is notified of its calls.
   *
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel forTrial();

  /**
   * Gives the loaded model another identity for answers in place of another version's. Its events
   * have the route {@link io.mlops4j.inference.InferenceEvent.Route#FALLBACK}.
   *
   * @param fallback why it answers, and in whose place
   * @return a further identity, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel asFallback(ServedBy.Fallback fallback);

  /**
   * Creates a model that answers the calls of this one with the same values for each row. It does
   * not use the engine, and may be closed after this model.
   *
   * @param constant the values, which fit the outputs of this model
   * @param fallback why it answers, and in whose place
   * @return the model, which the caller closes
   * @throws IllegalStateException if this one is closed
   */
  ServingModel asDefault(ConstantRow constant, ServedBy.Fallback fallback);

  /** {@return the calls that were acquired and not released, waiting ones included; 0 or more} */
  int running();

  /** {@return the memory of the engine for this model, as well as the engine can tell; in bytes} */
  long nativeBytes();

  /**
   * Adds figures of a circuit breaker and of fallbacks to those of this model.
   *
   * @param figures returns the figures of the moment, in any thread
   */
  void protectedBy(Supplier<ProtectionFigures> figures);

  /** Marks this model in its figures as kept loaded, but not called under this identity. */
  void standBy();

  /**
   * Counts a call that was rejected before the model was called, and notifies listeners.
   *
   * @param rows the number of its rows, 0 or more
   * @param why the exception that the caller gets
   */
  void rejected(int rows, RuntimeException why);

  /**
   * Counts a call that is about to begin. Closing waits until {@link #release} is called.
   *
   * @return false once closing began; the call was then not counted
   */
  boolean acquire();

  /** Ends the count of a successful {@link #acquire}. */
  void release();

  /**
   * Calls the model like {@link #predict(FeatureBatch, CallOptions)} for a caller that has acquired
   * it. The call succeeds even when closing began meanwhile.
   *
   * @param batch the rows; the caller closes the batch
   * @param options the options of the call
   * @return the answer, which the caller closes
   */
  Prediction predictHeld(FeatureBatch batch, CallOptions options);

  /**
   * Calls the model like {@link #predictAsync} for a caller that has acquired it. If this method
   * returns, the model calls {@link #release} as soon as the run has ended, which may be after the
   * future was cancelled. If it throws, the caller releases.
   *
   * @param batch the rows; the caller may close the batch when this method has returned
   * @param options the options of the call
   * @param read reads the answer
   * @param after runs when the run has ended, before the future completes
   * @param <R> the result
   * @return the result
   */
  <R> CompletableFuture<R> predictHeldAsync(
      FeatureBatch batch,
      CallOptions options,
      Function<? super Prediction, ? extends R> read,
      Runnable after);

  /**
   * Binds the model like {@link #rows(Class, Class)} for callers that acquire it before each call.
   * An asynchronous call releases it as {@link #predictHeldAsync} does.
   *
   * @param lookup may read the records, or null if they are open to this library
   * @param in the class of the rows
   * @param out the class of the answers
   * @param <I> the rows
   * @param <O> the answers
   * @return the bound model
   */
  <I extends Record, O extends Record> HeldRows<I, O> rowsHeld(
      MethodHandles.@Nullable Lookup lookup, Class<I> in, Class<O> out);

  /**
   * Throws if {@link #close} would throw now. Does not close the model.
   *
   * @throws IllegalStateException if called from inside a call of this model, or if calls run and
   *     closing is refused during calls
   */
  void checkClosable();

  /**
   * Closes like {@link #close}, but waits for running calls where {@code close} would refuse. A
   * second call waits for the first. Must not be called from inside a call of this model.
   */
  void drain();

  /**
   * Closes like {@link #drain}, as a part of something that began to close before. {@link
   * io.mlops4j.inference.Closing.EndsCalls} counts from then, so that the whole closes in its time.
   *
   * @param began when the whole began to close, as {@link System#nanoTime} tells it
   */
  void drainSince(long began);
}
