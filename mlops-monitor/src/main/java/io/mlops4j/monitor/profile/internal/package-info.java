/**
 * The machinery of profiles: readers of Arrow memory, bins, exact sums and sketches. Not exported.
 */
@NullMarked
package io.mlops4j.monitor.profile.internal;

import org.jspecify.annotations.NullMarked;
