package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.OutputReader;
import io.mlops4j.runtime.binding.Outputs;
import io.mlops4j.spi.EngineSlot;

/** What a call asks. */
interface Request extends Job<Outputs> {
  int rows();

  /** Checks what can be checked without rows. */
  void checkEmpty();

  @Override
  default Outputs read(OutputReader reader, EngineSlot slot, boolean whole) {
    return reader.read(slot, rows(), whole);
  }

  @Override
  default void drop(Outputs answer) {
    answer.release();
  }

  /** Tells listeners of the answer. */
  void tell(LoadedModel model, DefaultPrediction answer, CallTimes times);
}
