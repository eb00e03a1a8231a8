/**
 * The watch of performance: predictions wait for their labels, and each version is measured and
 * judged period by period.
 */
@NullMarked
package io.mlops4j.monitor.live.watch.labels;

import org.jspecify.annotations.NullMarked;
