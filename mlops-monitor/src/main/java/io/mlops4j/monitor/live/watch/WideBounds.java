package io.mlops4j.monitor.live.watch;

import io.mlops4j.monitor.drift.DriftPolicy;
import java.util.Map;
import java.util.function.Function;

/**
 * Bounds that are wide because the reference is too short to know how its days differ.
 *
 * @param factors by column
 * @param policy gives the rules for drift with other factors
 */
public record WideBounds(
    Map<String, Double> factors, Function<Map<String, Double>, DriftPolicy> policy) {}
