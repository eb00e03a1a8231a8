package io.mlops4j.monitor;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;

/**
 * The result of one window.
 *
 * @param from time of its first rows, by the monitor's clock
 * @param to time of its last rows, by the monitor's clock
 * @param servedBy the version that answered its newest rows
 * @param profile the rows, counted in the reference's bins
 * @param drift the comparison with the reference
 */
public record WindowReport(
    Instant from, Instant to, ServedBy servedBy, Profile profile, DriftReport drift) {}
