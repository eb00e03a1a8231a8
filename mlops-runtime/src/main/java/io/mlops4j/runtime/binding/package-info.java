/**
 * How rows reach a model and how its answers come back: Arrow columns and records on one side, an
 * engine's slots on the other.
 *
 * <p>Everything that can be decided when a model is loaded is decided there. A call checks what it
 * was given before the engine sees any of it, then gathers by address, without a JVM flag.
 */
@NullMarked
package io.mlops4j.runtime.binding;

import org.jspecify.annotations.NullMarked;
