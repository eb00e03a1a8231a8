package io.mlops4j.monitor.live.state;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How the state of a monitor is stored.
 *
 * @param every the longest time between two snapshots
 * @param files makes the files of the folder
 * @param nanoTime a clock that does not go back
 * @param apart whether a thread of its own waits for the disk
 */
public record StateSettings(
    Path folder, Duration every, Output.Maker files, LongSupplier nanoTime, boolean apart) {}
