/**
 * A durable log of predictions: {@link io.mlops4j.monitor.log.PredictionLog} writes them, {@link
 * io.mlops4j.monitor.log.LoggedPredictions} finds, reads and replays them.
 */
@NullMarked
package io.mlops4j.monitor.log;

import org.jspecify.annotations.NullMarked;
