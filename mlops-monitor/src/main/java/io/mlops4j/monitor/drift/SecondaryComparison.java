package io.mlops4j.monitor.drift;

import java.util.List;
import java.util.function.Supplier;

/**
 * A comparison in addition to the main comparison of a column. Words are needed only if it drifted.
 *
 * @param name prefix of its evidence and measure
 * @param measured effect and test
 * @param text the effect in words, with method and bound
 * @param movements the values behind the effect
 */
record SecondaryComparison(
    String name,
    Comparison.Measured measured,
    Supplier<String> text,
    Supplier<List<Movement>> movements) {}
