/**
 * The tails and quantiles of distributions that statistics of this module need, as plain functions,
 * and how much healthy periods differ. Not exported. This package alone uses Commons Numbers, whose
 * incomplete gamma and beta functions are those of Boost.
 */
@NullMarked
package io.mlops4j.monitor.distribution;

import org.jspecify.annotations.NullMarked;
