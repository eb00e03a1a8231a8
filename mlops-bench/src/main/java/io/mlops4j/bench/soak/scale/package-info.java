/** Jobs over large files that are killed, and the memory that they take. */
@NullMarked
package io.mlops4j.bench.soak.scale;

import org.jspecify.annotations.NullMarked;
