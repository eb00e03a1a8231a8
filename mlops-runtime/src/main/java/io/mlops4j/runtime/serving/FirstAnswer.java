package io.mlops4j.runtime.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.binding.output.RecordReader;
import io.mlops4j.runtime.memory.DirectMemory;
import java.util.List;

/** What the first answer of a process needs from the JVM, apart from the engine. */
final class FirstAnswer {
  private FirstAnswer() {}

  record Input(float x) {}

  record Output(float y) {}

  /**
   * Loads classes and generates code while the engine starts on another processor: for memory, and
   * for records, whose handles have the same forms whatever the record is.
   */
  static void prepare() {
    DirectMemory memory = new DirectMemory();
    memory.free(memory.allocate(1, DirectMemory.ALIGNMENT));
    TensorSpec.Dim any = TensorSpec.Dim.any();
    TensorSpec.Dim one = TensorSpec.Dim.of(1);
    TensorSpec x = new TensorSpec("x", ElementType.FLOAT32, List.of(any, one), false);
    TensorSpec y = new TensorSpec("y", ElementType.FLOAT32, List.of(any, one), false);
    ModelSignature signature = new ModelSignature(List.of(x), List.of(y));
    BatchBinder.compile(signature, null).records(null, Input.class);
    RecordReader.of(null, Output.class, signature);
  }
}
