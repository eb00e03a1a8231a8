/** A Flink job that changes its version while it runs, and fails. */
@NullMarked
package io.mlops4j.samples.flink;

import org.jspecify.annotations.NullMarked;
