/** The kinds of models: how answers and labels are read, and the figures that compare them. */
@NullMarked
package io.mlops4j.monitor.performance.task;

import org.jspecify.annotations.NullMarked;
