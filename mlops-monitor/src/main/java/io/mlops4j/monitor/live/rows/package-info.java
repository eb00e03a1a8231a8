/**
 * What passes through a running monitor: rows in blocks of bounded memory, labels and their keys,
 * and plain values that say how many of them belong together. Every stage may use it.
 */
@NullMarked
package io.mlops4j.monitor.live.rows;

import org.jspecify.annotations.NullMarked;
