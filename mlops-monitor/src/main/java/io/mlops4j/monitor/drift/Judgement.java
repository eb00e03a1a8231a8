package io.mlops4j.monitor.drift;

/**
 * What a {@link DriftPolicy} says of one measured feature among several.
 *
 * @param measured what was measured
 * @param adjustedPValue the p-value corrected for the number of features judged together
 * @param drifted whether the effect matters and the adjusted p-value is at most the policy's level
 */
public record Judgement(Comparison.Measured measured, double adjustedPValue, boolean drifted) {}
