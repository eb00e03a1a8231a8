/** Access to batches for the runtime, to which alone this package is exported. */
@NullMarked
package io.mlops4j.feature.internal;

import org.jspecify.annotations.NullMarked;
