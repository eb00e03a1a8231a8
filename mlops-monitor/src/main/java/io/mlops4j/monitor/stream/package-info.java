/**
 * A sequential change detector: it reads one stream of numbers, a value at a time, and reports when
 * the stream has changed, with a stated rate of false alarms.
 */
@NullMarked
package io.mlops4j.monitor.stream;

import org.jspecify.annotations.NullMarked;
