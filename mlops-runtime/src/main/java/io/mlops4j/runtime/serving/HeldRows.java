package io.mlops4j.runtime.serving;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import java.util.List;

/** A bound model for callers that have acquired it; see {@link ServingModel#rowsHeld}. */
public interface HeldRows<I extends Record, O extends Record> extends RowModel<I, O> {
  /**
   * Predicts like {@link #predict(List)}.
   *
   * @param rows the rows
   * @param options the options of the call
   * @return one answer for each row, in order
   */
  List<O> predict(List<I> rows, CallOptions options);

  /**
   * Predicts like {@link #predict(List, CallOptions)}, and leaves the answers in their columns.
   *
   * @param rows the rows, at least one
   * @param options the options of the call
   * @return the answers, which the caller closes
   */
  Prediction answer(List<I> rows, CallOptions options);
}
