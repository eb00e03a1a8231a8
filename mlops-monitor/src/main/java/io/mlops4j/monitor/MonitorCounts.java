package io.mlops4j.monitor;

/**
 * Counts of what a monitor has handled so far. Everything that it leaves out is counted.
 *
 * @param rows rows that were profiled or joined
 * @param dropped rows that were left out because the hand-off was full
 * @param failedCalls calls that failed in the model
 * @param labels labels, and the rows that wait for them; all 0 if no labels were requested
 * @param suppressedAlarms alarms that were not raised because there were too many; see {@link
 *     ModelMonitor.Builder#alarmLimit}
 * @param failures events, batches or callbacks that failed inside the monitor; the log has the
 *     reason
 */
public record MonitorCounts(
    long rows,
    long dropped,
    long failedCalls,
    LabelCounts labels,
    long suppressedAlarms,
    long failures) {}
