package io.mlops4j.monitor.live.rows;

import org.jspecify.annotations.Nullable;

/**
 * How labels find their predictions.
 *
 * @param keyColumn null for a join by prediction id
 * @param delayMillis how long a prediction waits for its label, at most a thousand years
 * @param waitingRows the predictions that are stored
 * @param earlyLabels the labels that wait for their prediction
 */
public record JoinRule(
    @Nullable String keyColumn, long delayMillis, int waitingRows, int earlyLabels) {}
