/**
 * The world's mistakes: one unchecked family under {@link io.mlops4j.error.MlopsException}.
 *
 * <p>A caller's mistakes are the JDK's own types: {@link java.lang.NullPointerException}, {@link
 * java.lang.IllegalArgumentException} naming the parameter, its value and the bound, and {@link
 * java.lang.IllegalStateException} for a use after close. Every message says what was found, what
 * was expected and what to do.
 */
@NullMarked
package io.mlops4j.error;

import org.jspecify.annotations.NullMarked;
