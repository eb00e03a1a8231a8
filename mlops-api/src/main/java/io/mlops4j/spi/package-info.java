/**
 * The interfaces that an engine implements. Applications do not need them.
 *
 * <p>The runtime and the engine exchange addresses, and no buffers, Arrow types or types of the
 * engine. Slots are built in advance, so a call whose shapes repeat allocates nothing. Methods that
 * are added later are {@code default} methods. A runtime finds providers with {@link
 * java.util.ServiceLoader} when it opens.
 */
@NullMarked
package io.mlops4j.spi;

import org.jspecify.annotations.NullMarked;
