package io.mlops4j.bench.truth;

import java.util.function.Predicate;

/**
 * Says of a reference and current rows whether they differ.
 *
 * @param name as the lines have it
 * @param stated how often it may do so where nothing differs; NaN if it states nothing
 * @param alarms whether it does
 * @param <D> the data
 */
record Rule<D>(String name, double stated, Predicate<D> alarms) {}
