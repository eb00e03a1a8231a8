/** Access to batches for the runtime. It is exported to the runtime only. */
@NullMarked
package io.mlops4j.feature.internal;

import org.jspecify.annotations.NullMarked;
