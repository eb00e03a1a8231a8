package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The declaration of one signature in a SavedModel.
 *
 * @param tags the tags of the graph that has it
 * @param inputs sorted by name, because the file has no order
 * @param outputs sorted by name
 * @param assets names of further files that the graph reads
 * @param restoring the operations that read the variables while the model is loaded
 * @param initialising the other operations of loading
 * @param operations of the graph
 */
record DeclaredSignature(
    List<String> tags,
    List<Tensor> inputs,
    List<Tensor> outputs,
    List<String> assets,
    List<String> restoring,
    List<String> initialising,
    GraphOperations operations) {

  /**
   * An input or output, and its place in the graph.
   *
   * @param spec name, type and shape
   * @param endpoint an operation's name and the number of its output, {@code op:0}
   */
  record Tensor(TensorSpec spec, String endpoint) {}

  /** Returns the operations of a call and of the initialisation. */
  List<String> running() {
    List<String> running = new ArrayList<>(initialising);
    outputs.forEach(output -> running.add(output.endpoint()));
    return running;
  }

  ModelSignature signature() {
    return new ModelSignature(specs(inputs), specs(outputs));
  }

  private static List<ValueSpec> specs(List<Tensor> tensors) {
    return tensors.stream().<ValueSpec>map(Tensor::spec).toList();
  }
}
