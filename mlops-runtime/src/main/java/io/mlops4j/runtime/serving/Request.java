package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.spi.EngineSlot;

/** The rows of a call. */
interface Request extends Job<Outputs> {
  int rows();

  /** Checks a call without rows. */
  void checkEmpty();

  @Override
  default Outputs read(OutputReader reader, EngineSlot slot, boolean whole) {
    return reader.read(slot, rows(), whole);
  }

  @Override
  default void drop(Outputs answer) {
    answer.release();
  }

  /** Notifies listeners of the answer. */
  void report(CallReporter reporter, DefaultPrediction answer, CallTimes times);
}
