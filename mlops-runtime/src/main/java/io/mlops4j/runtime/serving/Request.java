package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.answer.DefaultPrediction;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.spi.EngineSlot;
import org.jspecify.annotations.Nullable;

/** The rows of a call. */
interface Request extends Job<Outputs> {
  int rows();

  /** The id of the trace that the call of a row belongs to; null if there is none. */
  @Nullable String traceId(int row);

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
