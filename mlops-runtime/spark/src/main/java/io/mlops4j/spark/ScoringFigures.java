package io.mlops4j.spark;

import java.time.Duration;

/**
 * What the tasks of the last stage did. Tasks that ran again are counted once.
 *
 * @param rows the number of rows that were scored
 * @param calls the number of calls of the model
 * @param modelTime the time of these calls, summed over all tasks
 * @param tasks the number of tasks
 */
public record ScoringFigures(long rows, long calls, Duration modelTime, int tasks) {}
