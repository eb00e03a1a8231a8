/**
 * Scores data sets of Apache Spark with models of a registry.
 *
 * <p>{@link io.mlops4j.spark.SparkModel} pins a version on the driver. Each executor loads it once
 * and shares it among its tasks.
 */
@NullMarked
package io.mlops4j.spark;

import org.jspecify.annotations.NullMarked;
