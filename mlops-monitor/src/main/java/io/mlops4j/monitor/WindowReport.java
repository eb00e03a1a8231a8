package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;

/**
 * What a monitor saw in one window.
 *
 * @param from when its first rows came, by the monitor's clock
 * @param to when its last rows came
 * @param servedBy who answered its newest rows
 * @param profile the rows, counted in the reference's bins
 * @param drift the comparison with the reference
 */
public record WindowReport(
    Instant from, Instant to, ServedBy servedBy, Profile profile, DriftReport drift) {}
