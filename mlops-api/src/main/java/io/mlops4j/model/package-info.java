/**
 * Who a model is: its name and version, what its bytes declare, and what its owner states about it.
 *
 * <p>{@link io.mlops4j.model.ModelSignature} is what the model file declares; {@link
 * io.mlops4j.model.FeatureSchema} is how columns meet it; {@link io.mlops4j.model.ModelCard} is
 * what people need to know. All types here are immutable values and safe to share between threads.
 */
@NullMarked
package io.mlops4j.model;

import org.jspecify.annotations.NullMarked;
