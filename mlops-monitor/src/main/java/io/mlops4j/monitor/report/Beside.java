package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import java.util.List;

/**
 * What is measured beside the main comparison of a column.
 *
 * @param name what its evidence and measure begin with
 * @param measured effect and test
 * @param text what it means, with method and bound
 * @param movements the values that made the effect
 */
record Beside(String name, Comparison.Measured measured, String text, List<Movement> movements) {}
