package io.mlops4j.monitor.log;

import java.util.Optional;

/**
 * The counts of a log since its start. Once it is flushed, every row that was sent to it is counted
 * in exactly one of {@code written}, {@code dropped} and {@code failed}.
 *
 * @param written rows that the log took over to write them
 * @param acknowledged the written rows that are safe on the disk
 * @param dropped rows that were left out because the queue was full, or the log closed
 * @param failed rows that cannot be logged, for example because a key column is missing, and rows
 *     that the disk had not taken when the log was closed
 * @param failedCalls calls that failed in the model; they have no rows to log
 * @param tornBytes bytes cut off at the start: those that an earlier process had not acknowledged,
 *     and those at the end of a file that it had not completed and whose index is damaged there,
 *     about which a warning is logged
 * @param bytesOnDisk the size of all files of the folder
 * @param files the number of files with rows; each has an index beside it
 * @param problem why the newest rows are not logged: the disk takes none now, or these rows cannot
 *     be logged; empty if they are
 */
public record LogStatus(
    long written,
    long acknowledged,
    long dropped,
    long failed,
    long failedCalls,
    long tornBytes,
    long bytesOnDisk,
    int files,
    Optional<String> problem) {}
