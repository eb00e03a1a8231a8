package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.binding.BatchBinder;

/** Asks with a batch that the call holds. */
final class BatchRequest implements Request {
  private final FeatureBatch batch;
  private final BatchBinder binder;
  private final int rows;

  BatchRequest(FeatureBatch batch, BatchBinder binder) {
    this.batch = batch;
    this.binder = binder;
    this.rows = batch.rows();
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public void checkEmpty() {
    binder.checkColumns(batch);
  }

  @Override
  public boolean bind(Slot slot) {
    return slot.inputs().bind(batch);
  }

  @Override
  public void tell(LoadedModel model, DefaultPrediction answer, CallTimes times) {
    model.tellBatch(batch, answer, times);
  }
}
