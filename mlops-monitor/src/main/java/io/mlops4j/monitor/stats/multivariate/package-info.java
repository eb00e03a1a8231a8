/**
 * Two-sample statistics of many columns together.
 *
 * <p>Rows are {@code double[][]}, one array for each row. A row with a NaN is left out. Infinities
 * are rejected. Columns are matched by position; a {@link
 * io.mlops4j.monitor.stats.multivariate.Table} matches them by name and also holds categories.
 * P-values come from permutations: {@code (1 + #{T* >= T}) / (1 + B)}. They are never 0, and the
 * same seed gives the same p-value. All classes are thread safe.
 */
@NullMarked
package io.mlops4j.monitor.stats.multivariate;

import org.jspecify.annotations.NullMarked;
