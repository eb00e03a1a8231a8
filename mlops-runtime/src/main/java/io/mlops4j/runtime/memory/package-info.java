/**
 * Native memory without a JVM flag, on Java 17 and 25.
 *
 * <p>Internal to this module.
 */
@NullMarked
package io.mlops4j.runtime.memory;

import org.jspecify.annotations.NullMarked;
