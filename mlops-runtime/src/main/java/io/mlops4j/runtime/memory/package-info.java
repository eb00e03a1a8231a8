/**
 * Native memory that needs no JVM flag, on Java 17 and on 25.
 *
 * <p>For the rooms of this module; applications never meet it.
 */
@NullMarked
package io.mlops4j.runtime.memory;

import org.jspecify.annotations.NullMarked;
