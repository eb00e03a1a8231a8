/** Loaded models against the best code that one could write by hand, and what most would write. */
@NullMarked
package io.mlops4j.bench.engines;

import org.jspecify.annotations.NullMarked;
