package io.mlops4j.monitor;

import io.mlops4j.monitor.performance.LabelCounts;

/**
 * Counts of what a monitor has handled so far. Everything that it leaves out is counted.
 *
 * <p>Every row of a successful call is in {@code rows}, {@code leftOut} or {@code dropped}. Every
 * row in {@code rows} that is not a shadow's is in the profile of one window, in a window that is
 * still open, or in {@code discarded}.
 *
 * @param rows rows that were handled, those of shadows included
 * @param shadows rows that a shadow answered again; they are in no window
 * @param unfit rows that lacked a column of the reference, had it with another type, or could not
 *     be sliced; their other columns are in the windows
 * @param discarded rows of windows that ended without a report: those that were open when rows were
 *     accepted as the reference, those of versions beyond the newest eight, and with {@link
 *     MonitorBuilder#stateIn} and labels those that a killed process had not yet stored
 * @param leftOut rows that were left out because counting them would take more processor time than
 *     the {@linkplain MonitorBuilder#processorShare budget}: a uniform sample of the calls was
 *     counted
 * @param dropped rows that were lost because the hand-off was full, or could not be handed over,
 *     for example because memory ran out
 * @param failedCalls calls that failed in the model
 * @param emptyCalls calls without rows
 * @param clockSetBack the number of times that the monitor's clock went back by more than a second
 * @param labels labels, and the rows that wait for them; all 0 if no labels were requested
 * @param suppressedAlarms alarms that were not raised because there were too many; see {@link
 *     MonitorBuilder#alarmLimit}
 * @param failures events, batches or callbacks that failed inside the monitor; the log has the
 *     reason
 */
public record MonitorCounts(
    long rows,
    long shadows,
    long unfit,
    long discarded,
    long leftOut,
    long dropped,
    long failedCalls,
    long emptyCalls,
    long clockSetBack,
    LabelCounts labels,
    long suppressedAlarms,
    long failures) {}
