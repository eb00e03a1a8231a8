/**
 * Writes rows from Arrow columns and records to the slots of an engine. {@code type} has the types
 * and values of both, {@code record} reads records, and {@code output} reads the answers.
 *
 * <p>Everything that depends only on the signature is decided when the model is loaded. A call
 * checks all its rows before the engine reads any of them. Then it copies by address, which needs
 * no JVM flag.
 */
@NullMarked
package io.mlops4j.runtime.binding;

import org.jspecify.annotations.NullMarked;
