/**
 * Two-sample statistics of one column. They measure how far current data are from a reference, and
 * test whether chance explains the difference.
 *
 * <p>Every statistic is a small immutable class with the same three steps: {@code withDefaults()},
 * then {@code with...}, then {@code statistic} or {@code test}. The reference is always the first
 * argument. There are two forms of data:
 *
 * <ul>
 *   <li>Raw values, {@code double[]}. NaN means missing and is left out. Infinities are ordinary
 *       largest and smallest values.
 *   <li>Counts in shared bins, {@code long[]}. Element {@code i} of both arrays counts the same
 *       bin. Statistics that use an order (Kolmogorov-Smirnov, Wasserstein) need the bins in
 *       ascending order, without a bin of missing values. For all others, a bin of missing values
 *       and a bin of unseen categories are ordinary bins.
 * </ul>
 *
 * <p>Arrays are read during the call. They are never changed and never kept. A constant column, and
 * a column equal to its reference, gives p-value 1 and the statistic of no difference, which is 0
 * unless the class states another value. No method returns NaN. A sample without any value is
 * rejected with an {@link IllegalArgumentException}. All classes are thread safe. Statistics of
 * many columns together are in {@link io.mlops4j.monitor.stats.multivariate}.
 */
@NullMarked
package io.mlops4j.monitor.stats;

import org.jspecify.annotations.NullMarked;
