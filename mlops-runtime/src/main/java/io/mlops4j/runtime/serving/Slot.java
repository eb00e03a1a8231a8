package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.SlotInputs;
import io.mlops4j.spi.EngineSlot;

/**
 * A slot of the engine and its inputs.
 *
 * @param engine the engine's slot
 * @param inputs fills it from batches
 */
record Slot(EngineSlot engine, SlotInputs inputs) {
  /** Ready for the next call. */
  void recycle() {
    inputs.release();
    engine.recycle();
  }
}
