/**
 * The interfaces that an engine implements. Applications do not need them.
 *
 * <p>An engine receives addresses. Buffers, Arrow types and the engine's own types do not cross
 * this package. Slots are built ahead, so a call whose shapes repeat allocates nothing. Methods
 * that are added later are {@code default} methods. A runtime finds providers with {@link
 * java.util.ServiceLoader} when it opens.
 */
@NullMarked
package io.mlops4j.spi;

import org.jspecify.annotations.NullMarked;
