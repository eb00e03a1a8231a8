package io.mlops4j.monitor.performance;

/**
 * A point of a precision-recall curve: precision and recall of the decisions at one threshold.
 *
 * @param threshold scores at or above it predict the event; infinity at the first point
 * @param precision share of rows with the event among those that reach it, in [0, 1]; 1 at the
 *     first point, where no row does
 * @param recall share of rows with the event that reach it, in [0, 1]
 */
public record PrecisionRecallPoint(double threshold, double precision, double recall) {}
