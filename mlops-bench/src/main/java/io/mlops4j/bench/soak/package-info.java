/**
 * Shows that the library can be left alone: what kills or fools an engine is tried through the
 * public API, many thousand times, in processes that may die of it.
 */
@NullMarked
package io.mlops4j.bench.soak;

import org.jspecify.annotations.NullMarked;
