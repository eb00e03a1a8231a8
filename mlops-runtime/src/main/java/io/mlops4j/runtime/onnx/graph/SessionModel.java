package io.mlops4j.runtime.onnx.graph;

import io.mlops4j.model.ElementType;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bytes from which a session is opened. All of them are verified.
 *
 * @param model the model; the only elements that it refers to in other files are those of the
 *     weights
 * @param weights initialisers by name, to be handed to ONNX Runtime as tensors
 */
public record SessionModel(ByteBuffer model, Map<String, Weight> weights) {
  /**
   * An initialiser.
   *
   * @param type the type of its elements, of which Java can make tensors
   * @param dims its shape
   * @param elements its elements, native order, aligned, so that a tensor can use their memory
   */
  public record Weight(ElementType type, List<Long> dims, ByteBuffer elements) {}

  /**
   * Checks a model's inputs, gathers the elements that it refers to, and guards it.
   *
   * @param source where it came from
   * @param bytes the model's file
   * @param graph the file's declarations
   * @param trusted whether the maker of the model is trusted
   * @param unknownTypes whether divisions get a guard if their type is unknown
   * @return the bytes from which a session is opened
   * @throws io.mlops4j.error.ModelLoadException if elements are missing, or if the model is too
   *     large after the elements without a Java tensor are moved inside
   */
  public static SessionModel of(
      ModelSource source,
      ByteBuffer bytes,
      OnnxGraph graph,
      boolean trusted,
      boolean unknownTypes) {
    InputKinds.check(graph, source.main());
    ExternalWeights external = new ExternalWeights(source);
    Map<String, Weight> weights = new LinkedHashMap<>();
    Set<String> twice = new LinkedHashSet<>();
    for (ExternalTensor tensor : graph.external()) {
      ByteBuffer elements = external.elements(tensor);
      if (canBeHandedOver(tensor, elements, graph)
          && weights.put(tensor.name(), weight(tensor, elements)) != null) {
        twice.add(tensor.name());
      }
    }
    weights.keySet().removeAll(twice); // ONNX Runtime reports duplicate names
    boolean whole = weights.size() == graph.external().size();
    ModelRewriter rewriter = new ModelRewriter(source, external, weights.keySet());
    return whole
            && graph.outputs().stream().noneMatch(OptionalOutputs::isOptional)
            && !(ModelGuards.concern(graph, trusted) && rewriter.mustGuard(bytes, trusted))
        ? new SessionModel(bytes, weights)
        : new SessionModel(rewriter.rewritten(bytes, trusted, unknownTypes), weights);
  }

  /** ONNX Runtime accepts only initialisers of the main graph that an operator or output reads. */
  private static boolean canBeHandedOver(
      ExternalTensor tensor, ByteBuffer elements, OnnxGraph graph) {
    return tensor.initializer()
        && elements.hasRemaining()
        && graph.read().contains(tensor.name())
        && ProtoTypes.element(tensor.dataType()).filter(ElementTypes::canBePinned).isPresent();
  }

  private static Weight weight(ExternalTensor tensor, ByteBuffer elements) {
    ElementType type = ProtoTypes.element(tensor.dataType()).orElseThrow();
    return new Weight(type, tensor.dims(), ElementTypes.placed(elements, type));
  }

  /**
   * Counts the bytes of the model and its weights.
   *
   * @return bytes
   */
  public long bytes() {
    long bytes = model.remaining();
    for (Weight weight : weights.values()) {
      bytes += weight.elements().remaining();
    }
    return bytes;
  }
}
