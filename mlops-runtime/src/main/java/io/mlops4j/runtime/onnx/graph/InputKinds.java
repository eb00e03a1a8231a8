package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import java.nio.file.Path;
import java.util.List;

/** Rejects models with inputs that Java cannot feed, before ONNX Runtime sees them. */
final class InputKinds {
  private InputKinds() {}

  /**
   * @throws ModelLoadException naming the first such input and the reason
   */
  static void check(OnnxGraph graph, Path model) {
    for (ValueInfoProto input : graph.inputs()) {
      if (!graph.initializers().contains(input.getName())) {
        checkInput(input.getName(), input.getType(), model);
      }
    }
  }

  private static void checkInput(String name, TypeProto type, Path model) {
    switch (type.getValueCase()) {
      case TENSOR_TYPE -> checkElements(name, type, model);
      case VALUE_NOT_SET -> {
        // ONNX Runtime refuses it with a message of its own.
      }
      case OPTIONAL_TYPE ->
          throw refused(
              model,
              name,
              type,
              "a tensor: ONNX Runtime's Java API does not tell what an optional input takes; export"
                  + " the model with a plain input, or with a default inside");
      case SEQUENCE_TYPE ->
          throw refused(
              model,
              name,
              type,
              "only tensors: ONNX Runtime's Java API cannot give a sequence; export the model with"
                  + " one input for each element, or let it build the sequence itself");
      case MAP_TYPE ->
          throw refused(
              model,
              name,
              type,
              "only tensors: ONNX Runtime's Java API cannot give a map; export the model with a"
                  + " tensor for each key");
      default -> throw refused(model, name, type, "a dense tensor");
    }
  }

  private static void checkElements(String name, TypeProto type, Path model) {
    if (ProtoTypes.element(type.getTensorType().getElemType()).isEmpty()) {
      throw refused(
          model,
          name,
          type,
          "one of %s: ONNX Runtime's Java API has no other; cast it inside the model"
              .formatted(List.of(ElementType.values())));
    }
  }

  private static ModelLoadException refused(
      Path model, String name, TypeProto type, String expected) {
    return new ModelLoadException(
        "%s: input %s: found %s, expected %s"
            .formatted(model, name, ProtoTypes.text(type), expected),
        null);
  }
}
