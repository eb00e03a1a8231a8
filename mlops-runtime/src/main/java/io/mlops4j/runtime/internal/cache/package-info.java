/**
 * Files that this process keeps for itself from one run to the next: prepared models, digests of
 * model files, native libraries.
 *
 * <p>Internal to this module.
 */
@NullMarked
package io.mlops4j.runtime.internal.cache;

import org.jspecify.annotations.NullMarked;
