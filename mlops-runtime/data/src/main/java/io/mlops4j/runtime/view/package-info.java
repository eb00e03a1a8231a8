/**
 * Features that are correct in time: views of events, training sets by point-in-time joins, and the
 * newest values for serving.
 *
 * <p>A {@link io.mlops4j.runtime.view.FeatureView} says which columns of a source are features, of
 * which entity, and since when. {@link io.mlops4j.runtime.view.TrainingSet} joins views to labels
 * as they were known at the time of each label. {@link io.mlops4j.runtime.view.Materialization}
 * writes the newest rows into an {@link io.mlops4j.runtime.view.OnlineStore}, from which {@link
 * io.mlops4j.runtime.view.OnlineFeatures} reads, and {@link io.mlops4j.runtime.view.ParityCheck}
 * compares both paths.
 *
 * <p>DuckDB reads files and runs SQL. Reading from an online store does not need it.
 */
@NullMarked
package io.mlops4j.runtime.view;

import org.jspecify.annotations.NullMarked;
