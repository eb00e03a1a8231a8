/**
 * Loaded models and their calls.
 *
 * <p>The path of a call, from {@code predict} to the engine's slot, has five classes at most:
 *
 * <ol>
 *   <li>{@code LoadedModel} is one identity of a model. It holds the batch and chooses the path.
 *   <li>{@code JointBatches}, or {@code BatchedRows} for records, only with micro-batching: lets
 *       the call share a run with others. Without it, {@code BoundRows} binds records.
 *   <li>{@code RowBatcher}, only with micro-batching: the queue of waiting calls.
 *   <li>{@code ModelCalls} admits the call, counts it, watches its deadline and notifies listeners.
 *   <li>{@code SharedModel} leases a slot, binds the rows, runs the engine and reads the answer.
 *       All identities of a model share it.
 * </ol>
 *
 * <p>{@code DefaultModelLoader} makes and closes models. What all calls of a runtime share is in
 * {@code CallContext}.
 */
@NullMarked
package io.mlops4j.runtime.serving;

import org.jspecify.annotations.NullMarked;
