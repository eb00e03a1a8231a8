/** Profiles and statistics against the sketches and tests that one would take otherwise. */
@NullMarked
package io.mlops4j.bench.stats;

import org.jspecify.annotations.NullMarked;
