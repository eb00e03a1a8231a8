/**
 * Loaded models and their calls.
 *
 * <p>The path of a call, from {@code predict} to the engine's slot, has five classes at most:
 *
 * <ol>
 *   <li>{@code LoadedModel} counts the call, so that closing waits for it. {@code CountedRows} does
 *       so for records. A deployment counts its calls itself and skips this step for records.
 *   <li>{@code BoundRows} binds records. {@code JointBatches}, only with micro-batching, lets small
 *       batches share runs.
 *   <li>{@code RowBatcher}, only with micro-batching, is the queue of waiting calls.
 *   <li>{@code ModelCalls} admits the call, watches its deadline and notifies listeners.
 *   <li>{@code SharedModel} takes a slot from the pool, binds the rows, runs the engine and reads
 *       the answer. All identities of a model share it.
 * </ol>
 *
 * <p>{@code DefaultModelLoader} creates and closes models. {@code CallContext} holds the parts of a
 * runtime that all calls share.
 */
@NullMarked
package io.mlops4j.runtime.serving;

import org.jspecify.annotations.NullMarked;
