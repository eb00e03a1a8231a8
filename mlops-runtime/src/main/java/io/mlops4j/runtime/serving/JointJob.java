package io.mlops4j.runtime.serving;

import io.mlops4j.runtime.binding.JoinableBatch;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.spi.EngineSlot;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** Several batches in one run, each with its own answer; none if the answers have no rows. */
record JointJob(List<JoinableBatch> batches, List<BatchRequest> requests)
    implements Job<List<Outputs>> {
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
  public Hold hold(BufferAllocator allocator) {
    List<Hold> holds = new ArrayList<>();
    boolean held = false;
    try {
      for (BatchRequest request : requests) {
        holds.add(request.hold(allocator));
      }
      held = true;
      return () -> holds.forEach(Hold::close);
    } finally {
      if (!held) {
        holds.forEach(Hold::close);
      }
    }
  }

  @Override
  public void drop(List<Outputs> answer) {
    answer.forEach(Outputs::release);
  }
}
