/**
 * The identity of a model: its name and version, what its bytes declare, and what its owner states
 * about it.
 *
 * <p>{@link io.mlops4j.model.ModelSignature} is what the model's bytes declare. {@link
 * io.mlops4j.model.FeatureSchema} says how columns match the inputs. {@link
 * io.mlops4j.model.ModelCard} is what people need to know. All types here are immutable values, and
 * thread safe.
 */
@NullMarked
package io.mlops4j.model;

import org.jspecify.annotations.NullMarked;
