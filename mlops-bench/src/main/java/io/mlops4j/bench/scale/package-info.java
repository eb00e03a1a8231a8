/** Files and clusters: features in, predictions out. */
@NullMarked
package io.mlops4j.bench.scale;

import org.jspecify.annotations.NullMarked;
