package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.JoinableBatch;
import io.mlops4j.runtime.binding.OutputReader;
import io.mlops4j.runtime.binding.Outputs;
import io.mlops4j.spi.EngineSlot;
import java.util.List;

/** Several batches in one run, each with its own answer; none if the answers have no rows. */
record JointJob(List<JoinableBatch> batches) implements Job<List<Outputs>> {
  @Override
  public boolean bind(Slot slot) {
    slot.inputs().bind(batches);
    return false;
  }

  @Override
  public List<Outputs> read(OutputReader reader, EngineSlot slot, boolean whole) {
    return reader.read(slot, batches.stream().mapToInt(JoinableBatch::rows).toArray());
  }

  @Override
  public void drop(List<Outputs> answer) {
    answer.forEach(Outputs::release);
  }
}
