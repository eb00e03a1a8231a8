/**
 * Checks rows for broken data. {@link io.mlops4j.monitor.quality.QualityReference} learns from good
 * rows, {@link io.mlops4j.monitor.quality.QualityPolicy} holds rules, and {@link
 * io.mlops4j.monitor.quality.QualitySuite} checks batches against both and returns a {@link
 * io.mlops4j.monitor.quality.QualityReport}. {@link io.mlops4j.monitor.ModelMonitor} does the same
 * with live rows.
 */
@NullMarked
package io.mlops4j.monitor.quality;

import org.jspecify.annotations.NullMarked;
