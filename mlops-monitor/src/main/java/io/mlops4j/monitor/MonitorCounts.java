package io.mlops4j.monitor;

/**
 * Counts of what a monitor has handled so far. Everything that it leaves out is counted.
 *
 * @param rows rows that were profiled or joined
 * @param dropped rows that were left out because the hand-off was full
 * @param failedCalls calls that failed in the model
 * @param labelled rows whose label came in time
 * @param unlabelled rows that no longer wait because their time ended or the store was full
 * @param unmatchedLabels labels without a prediction, and second labels for the same row
 * @param suppressedAlarms alarms that were not raised because there were too many; see {@link
 *     ModelMonitor.Builder#alarmLimit}
 * @param failures events, batches or callbacks that failed inside the monitor; the log has the
 *     reason
 */
public record MonitorCounts(
    long rows,
    long dropped,
    long failedCalls,
    long labelled,
    long unlabelled,
    long unmatchedLabels,
    long suppressedAlarms,
    long failures) {}
