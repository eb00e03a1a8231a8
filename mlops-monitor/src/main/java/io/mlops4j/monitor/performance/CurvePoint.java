package io.mlops4j.monitor.performance;

/**
 * A point of a ROC curve or a precision-recall curve: the decisions at one threshold.
 *
 * @param threshold scores at or above it predict the event; infinity at the first point
 * @param recall share of rows with the event that reach it, in [0, 1]; the true positive rate
 * @param falsePositiveRate share of rows without the event that reach it, in [0, 1]; 0 without such
 *     rows
 * @param precision share of rows with the event among those that reach it, in [0, 1]; 1 at the
 *     first point, where no row does
 */
public record CurvePoint(
    double threshold, double recall, double falsePositiveRate, double precision) {}
