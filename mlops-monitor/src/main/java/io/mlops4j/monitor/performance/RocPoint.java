package io.mlops4j.monitor.performance;

/**
 * A point of a ROC curve: the two rates of the decisions at one threshold.
 *
 * @param threshold scores at or above it predict the event; infinity at the first point
 * @param falsePositiveRate share of rows without the event that reach it, in [0, 1]
 * @param truePositiveRate share of rows with the event that reach it, in [0, 1]
 */
public record RocPoint(double threshold, double falsePositiveRate, double truePositiveRate) {}
