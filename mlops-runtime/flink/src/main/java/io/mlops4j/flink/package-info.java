/**
 * Scores streams of Apache Flink with models of a registry.
 *
 * <p>{@link io.mlops4j.flink.FlinkModel} adds an operator to a stream. A task manager loads each
 * version once and shares it among its subtasks. The version changes at checkpoints only.
 */
@NullMarked
package io.mlops4j.flink;

import org.jspecify.annotations.NullMarked;
