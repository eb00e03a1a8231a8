package io.mlops4j.monitor.performance;

import io.mlops4j.monitor.MonitorBuilder;

/**
 * Counts of labels and of the rows that wait for them. Each label that was received has joined at
 * least one row, or is early, repeated, unknown, left out or expired.
 *
 * @param received labels that were handed over
 * @param labelled rows that got their label in time; a row that several versions answered counts
 *     once for each of them
 * @param waiting rows that wait for their label now
 * @param unlabelled rows that no longer wait, because their time ended or the store was full
 * @param early labels that wait for their prediction now
 * @param repeated labels for a row that had one already; the first one counts
 * @param unknown labels whose prediction did not come in time
 * @param leftOut labels whose prediction did not come, from a time in which the monitor {@linkplain
 *     MonitorBuilder#processorShare left rows out}: most of them are labels of those rows
 * @param expired labels for a row that no longer waited
 * @param unanswered rows whose answer was null or NaN; they are in no figure
 * @param withoutKey rows that no label can find, because their key was null
 */
public record LabelCounts(
    long received,
    long labelled,
    long waiting,
    long unlabelled,
    long early,
    long repeated,
    long unknown,
    long leftOut,
    long expired,
    long unanswered,
    long withoutKey) {}
