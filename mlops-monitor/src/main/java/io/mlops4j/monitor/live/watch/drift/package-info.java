/**
 * The watch of drift: windows of each version in the bins of the reference, and detectors that look
 * at every row.
 */
@NullMarked
package io.mlops4j.monitor.live.watch.drift;

import org.jspecify.annotations.NullMarked;
