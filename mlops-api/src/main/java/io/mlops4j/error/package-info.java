/** Mistakes of the world, in one family under one root. */
@org.jspecify.annotations.NullMarked
package io.mlops4j.error;
