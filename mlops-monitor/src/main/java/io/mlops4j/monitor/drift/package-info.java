/**
 * Two-sample statistics that say how far live data moved from a reference, and whether that could
 * be chance.
 *
 * <p>Every statistic is a small immutable class: {@code withDefaults()}, then {@code with...}, then
 * {@code statistic} or {@code test}, always with the reference first. Two forms of data are taken:
 *
 * <ul>
 *   <li>raw values, {@code double[]}: NaN means missing and is left out; infinities are ordinary
 *       largest and smallest values;
 *   <li>counts in shared bins, {@code long[]}: element {@code i} of both arrays counts the same
 *       bin. One pair of arrays serves every binned statistic. Statistics that use an order
 *       (Kolmogorov-Smirnov, Wasserstein) expect the bins in ascending order and without the bin of
 *       missing values; for the others a bin of missing values and one of unseen categories are
 *       bins like any other.
 * </ul>
 *
 * <p>Arrays are read during the call, never changed and never kept. A constant column, or one equal
 * to its reference, gives statistic 0 and p-value 1; no method of this package returns NaN. A
 * sample without any value is refused with an {@link IllegalArgumentException}; too few rows for a
 * judgement are a result of their own ({@link io.mlops4j.monitor.drift.Comparison.TooFewRows}). All
 * classes of this package are thread safe.
 */
@NullMarked
package io.mlops4j.monitor.drift;

import org.jspecify.annotations.NullMarked;
