package io.mlops4j.monitor.drift;

import java.util.List;

/**
 * A comparison in addition to the main comparison of a column.
 *
 * @param name prefix of its evidence and measure
 * @param measured effect and test
 * @param text the effect in words, with method and bound
 * @param movements the values behind the effect
 */
record SecondaryComparison(
    String name, Comparison.Measured measured, String text, List<Movement> movements) {}
