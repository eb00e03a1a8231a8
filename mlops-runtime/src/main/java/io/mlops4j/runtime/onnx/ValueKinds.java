package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import java.nio.file.Path;
import java.util.List;

/**
 * Refuses models with inputs that a slot could not feed, or outputs that it must not read, by what
 * their file says, before ONNX Runtime sees them.
 */
final class ValueKinds {
  private ValueKinds() {}

  /**
   * @throws ModelLoadException naming the first such input or output and the reason
   */
  static void check(OnnxGraph graph, Path model) {
    for (ValueInfoProto input : graph.inputs()) {
      if (!graph.initializers().contains(input.getName())) {
        checkInput(input.getName(), input.getType(), model);
      }
    }
    for (ValueInfoProto output : graph.outputs()) {
      checkOutput(output.getName(), output.getType(), model);
    }
  }

  /** ONNX Runtime's Java API reads an absent value through a null pointer: the process ends. */
  private static void checkOutput(String name, TypeProto type, Path model) {
    if (type.hasOptionalType()) {
      throw refused(
          model,
          "output",
          name,
          type,
          "a value that is always there: Java cannot read an absent one; export the model with OptionalGetElement before this output");
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
              "input",
              name,
              type,
              "a tensor: ONNX Runtime's Java API cannot give an optional value; export the model with a plain input, or with a default inside");
      case SEQUENCE_TYPE ->
          throw refused(
              model,
              "input",
              name,
              type,
              "only tensors: ONNX Runtime's Java API cannot give a sequence; export the model with one input for each element, or let it build the sequence itself");
      case MAP_TYPE ->
          throw refused(
              model,
              "input",
              name,
              type,
              "only tensors: ONNX Runtime's Java API cannot give a map; export the model with a tensor for each key");
      default -> throw refused(model, "input", name, type, "a dense tensor");
    }
  }

  private static void checkElements(String name, TypeProto type, Path model) {
    if (ProtoTypes.element(type.getTensorType().getElemType()).isEmpty()) {
      throw refused(
          model,
          "input",
          name,
          type,
          "one of %s: ONNX Runtime's Java API has no other; cast it inside the model"
              .formatted(List.of(ElementType.values())));
    }
  }

  private static ModelLoadException refused(
      Path model, String side, String name, TypeProto type, String expected) {
    return new ModelLoadException(
        "%s: %s %s: found %s, expected %s"
            .formatted(model, side, name, ProtoTypes.text(type), expected),
        null);
  }
}
