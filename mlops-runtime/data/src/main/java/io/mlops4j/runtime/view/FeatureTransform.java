package io.mlops4j.runtime.view;

import org.jspecify.annotations.Nullable;

/**
 * Computes the row of a view from one row of its source, in Java.
 *
 * @param <R> the record whose components are the columns of the view
 */
@FunctionalInterface
public interface FeatureTransform<R extends Record> {
  /**
   * Computes one row. It must depend on this row alone: a transform that remembers other rows could
   * use later ones.
   *
   * @param row the row of the source, or of the view's SQL if it has any
   * @return the row of the view, or null to leave the row out
   */
  @Nullable R apply(FeatureRow row);
}
