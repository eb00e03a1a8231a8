package io.mlops4j.monitor;

/**
 * What a monitor has handled so far; nothing that it leaves out goes uncounted.
 *
 * @param rows rows that were profiled or joined
 * @param dropped rows that were not, as the hand-off was full
 * @param failedCalls calls that failed in the model
 * @param labelled rows whose label came in time
 * @param unlabelled rows that waited in vain and were given up
 * @param unmatchedLabels labels whose prediction never came, or came twice
 * @param failures events, rows or callbacks that failed in the monitor itself; the log says why
 */
public record MonitorCounts(
    long rows,
    long dropped,
    long failedCalls,
    long labelled,
    long unlabelled,
    long unmatchedLabels,
    long failures) {}
