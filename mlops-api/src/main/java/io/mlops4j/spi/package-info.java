/**
 * What an engine implements, and nobody else needs.
 *
 * <p>An engine sees addresses: no buffers, no Arrow and none of its own types cross this package.
 * Slots are built ahead, so that a call whose shapes repeat allocates nothing. Later additions are
 * {@code default} methods. Providers are found by {@link java.util.ServiceLoader} when a runtime
 * opens.
 */
@NullMarked
package io.mlops4j.spi;

import org.jspecify.annotations.NullMarked;
