/**
 * How rows reach a model: from Arrow columns and records into the slots of an engine. The package
 * {@code output} is the way back.
 *
 * <p>All decisions that need only the signature are made when the model is loaded. A call checks
 * its rows before the engine sees any of them, and then copies by address, without a JVM flag.
 */
@NullMarked
package io.mlops4j.runtime.binding;

import org.jspecify.annotations.NullMarked;
