package io.mlops4j.monitor.drift;

/**
 * The judgement on one measured feature among several.
 *
 * @param measured the measurement
 * @param adjustedPValue the p-value, corrected for the number of features judged together
 * @param drifted whether the effect matters and the adjusted p-value is at most the policy's level
 */
record Judgement(Comparison.Measured measured, double adjustedPValue, boolean drifted) {}
