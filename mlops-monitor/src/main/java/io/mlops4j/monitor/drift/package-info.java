/**
 * Two-sample statistics that say how far live data moved from a reference, and whether that could
 * be chance.
 *
 * <p>Every statistic is a small immutable class: {@code withDefaults()}, then {@code with...}, then
 * {@code statistic} or {@code test}, always with the reference first. Three forms of data are
 * taken:
 *
 * <ul>
 *   <li>raw values, {@code double[]}: NaN means missing and is left out; infinities are ordinary
 *       largest and smallest values;
 *   <li>counts in shared bins, {@code long[]}: element {@code i} of both arrays counts the same
 *       bin. One pair of arrays serves every binned statistic. Statistics that use an order
 *       (Kolmogorov-Smirnov, Wasserstein) expect the bins in ascending order and without the bin of
 *       missing values; for the others a bin of missing values and one of unseen categories are
 *       bins like any other;
 *   <li>rows of many columns at once, {@code double[][]} with an array for each row: a row with a
 *       NaN is left out, infinities are refused. Columns go by position there; a {@link
 *       io.mlops4j.monitor.drift.Table} holds them by name, categories too.
 * </ul>
 *
 * <p>Arrays are read during the call, never changed and never kept. A constant column, or one equal
 * to its reference, gives p-value 1 and the statistic of no difference: 0, where a class does not
 * name another one. No method of this package returns NaN. P-values from permutations are {@code (1
 * + #{T* >= T}) / (1 + B)}, never 0, and depend on the seed that is given. A sample without any
 * value is refused with an {@link IllegalArgumentException}; too few rows for a judgement are a
 * result of their own ({@link io.mlops4j.monitor.drift.Comparison.TooFewRows}). All classes of this
 * package are thread safe.
 */
@NullMarked
package io.mlops4j.monitor.drift;

import org.jspecify.annotations.NullMarked;
