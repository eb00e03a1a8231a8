/**
 * How well a model did, from predictions whose true labels have come.
 *
 * <p>Every metric comes with its sampling error, or as a typed statement that it is undefined and
 * why; NaN is never an answer.
 */
@NullMarked
package io.mlops4j.monitor.performance;

import org.jspecify.annotations.NullMarked;
