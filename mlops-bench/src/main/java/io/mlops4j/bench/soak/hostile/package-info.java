/** Mutated model files, and single operators with hostile data. */
@NullMarked
package io.mlops4j.bench.soak.hostile;

import org.jspecify.annotations.NullMarked;
