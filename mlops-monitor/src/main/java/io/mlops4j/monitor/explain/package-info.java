/** Explains a shift of a model's predictions by the features that moved. */
@NullMarked
package io.mlops4j.monitor.explain;

import org.jspecify.annotations.NullMarked;
