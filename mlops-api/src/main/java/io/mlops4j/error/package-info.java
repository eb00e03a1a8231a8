/**
 * Failures outside the caller's code. All are unchecked and extend {@link
 * io.mlops4j.error.MlopsException}.
 *
 * <p>Mistakes of the caller throw exceptions of the JDK: {@link java.lang.NullPointerException};
 * {@link java.lang.IllegalArgumentException}, which names the parameter, its value and the bound;
 * and {@link java.lang.IllegalStateException} when an object is used after it was closed. Every
 * message says what was found, what was expected and what to do.
 */
@NullMarked
package io.mlops4j.error;

import org.jspecify.annotations.NullMarked;
