/**
 * Compares profiles column by column and judges which columns drifted. Start with {@link
 * io.mlops4j.monitor.drift.DriftReport#compare(io.mlops4j.monitor.profile.Profile,
 * io.mlops4j.monitor.profile.Profile)}; a {@link io.mlops4j.monitor.drift.DriftPolicy} sets
 * measures, bounds and levels.
 */
@NullMarked
package io.mlops4j.monitor.drift;

import org.jspecify.annotations.NullMarked;
