/** Misuse, mixed calls, memory over many cycles, and a narrow container. */
@NullMarked
package io.mlops4j.bench.soak.engine;

import org.jspecify.annotations.NullMarked;
