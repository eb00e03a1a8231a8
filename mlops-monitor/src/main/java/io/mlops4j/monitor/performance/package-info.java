/**
 * The performance of models: realised, computed from predictions and their true labels, and
 * estimated before labels arrive ({@link io.mlops4j.monitor.performance.PerformanceEstimator}).
 *
 * <p>Every metric has a sampling error, or is a typed {@link
 * io.mlops4j.monitor.performance.Metric.Undefined} with the reason. No metric is NaN.
 */
@NullMarked
package io.mlops4j.monitor.performance;

import org.jspecify.annotations.NullMarked;
