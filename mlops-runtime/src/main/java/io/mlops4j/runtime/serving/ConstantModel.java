package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.binding.output.ConstantOutputs;
import io.mlops4j.runtime.binding.output.ConstantRow;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.call.CallTimes;
import io.mlops4j.runtime.serving.threads.CpuTime;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import org.jspecify.annotations.Nullable;

/** Answers the calls of another model with the same values for each row. Thread safe. */
final class ConstantModel extends SharedModel {
  private static final int KEPT = 8;

  private final ConstantOutputs answers;

  ConstantModel(SharedModel other, ConstantRow constant) {
    super(
        new NoEngine(other.engine().signature(), other.engine().placement()),
        other.binder(),
        other.memory(),
        0,
        null);
    this.answers = new ConstantOutputs(constant, other.memory(), KEPT);
  }

  /** The signature of another model, without its engine. */
  private record NoEngine(ModelSignature signature, Placement placement) implements EngineModel {
    @Override
    public EngineSlot slot() {
      throw new IllegalStateException("a default prediction has no engine");
    }

    @Override
    public long nativeBytes() {
      return 0;
    }

    @Override
    public void close() {}
  }

  @Override
  boolean joins() {
    return false;
  }

  /** The inputs are not read. The answer takes no time, so a deadline cannot end it. */
  @Override
  Outputs ask(
      Request request,
      @Nullable Cancellation cancellation,
      @Nullable CallTimes times,
      @Nullable CpuTime cpu) {
    Outputs outputs = answers.of(request.rows());
    if (times != null) {
      times.begin(Phase.READ);
      times.end(Phase.READ);
    }
    return outputs;
  }

  @Override
  void free() {
    try (answers) {
      super.free();
    }
  }
}
