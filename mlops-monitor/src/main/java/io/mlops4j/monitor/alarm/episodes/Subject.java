package io.mlops4j.monitor.alarm.episodes;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import org.jspecify.annotations.Nullable;

/**
 * The thing that a watch judges: one column or figure. It has at most one open episode.
 *
 * @param name the column or the figure
 * @param version null if the episode continues when the version changes
 */
public record Subject(Alarm.Kind kind, String name, @Nullable ServedBy version) {}
