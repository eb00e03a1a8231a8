/** Swaps, canaries and faults under open traffic. */
@NullMarked
package io.mlops4j.bench.soak.deployment;

import org.jspecify.annotations.NullMarked;
