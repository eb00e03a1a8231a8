/**
 * Short comparisons with named peers: both sides interleaved in one process, a ratio, its spread.
 */
@NullMarked
package io.mlops4j.bench.ratios;

import org.jspecify.annotations.NullMarked;
