package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import java.nio.file.Path;
import java.util.List;

/** Rejects models with inputs that Java cannot feed, before ONNX Runtime sees them. */
public final class InputKinds {
  private InputKinds() {}

  /**
   * @throws ModelLoadException naming the first such input and the reason
   */
  static void check(OnnxGraph graph, Path model) {
    for (ValueInfoProto input : graph.inputs()) {
      String expected =
          graph.initializers().contains(input.getName()) ? "" : expected(input.getType());
      if (!expected.isEmpty()) {
        throw new ModelLoadException(
            "%s: input %s: found %s, expected %s"
                .formatted(model, input.getName(), ProtoTypes.text(input.getType()), expected),
            null);
      }
    }
  }

  /**
   * Rejects models with optional inputs, which calls through JNI cannot give.
   *
   * @param graph the model's declarations
   * @param model its path, for the message
   * @param way describes the calls
   * @throws ModelLoadException naming the first such input
   */
  public static void checkNone(OnnxGraph graph, Path model, String way) {
    for (ValueInfoProto input : graph.inputs()) {
      if (input.getType().hasOptionalType()) {
        throw new ModelLoadException(
            "%s: input %s: found %s and calls through %s, expected java.lang.foreign: remove the reason in the brackets, or export the model with a plain input, or with a default inside"
                .formatted(model, input.getName(), ProtoTypes.text(input.getType()), way),
            null);
      }
    }
  }

  /** Returns what the model should have instead of a type; empty if Java can feed the type. */
  private static String expected(TypeProto type) {
    return switch (type.getValueCase()) {
      case TENSOR_TYPE ->
          ProtoTypes.element(type.getTensorType().getElemType()).isPresent()
              ? ""
              : "one of %s: ONNX Runtime's Java API has no other; cast it inside the model"
                  .formatted(List.of(ElementType.values()));
      case VALUE_NOT_SET -> ""; // ONNX Runtime refuses it with a message of its own
      case OPTIONAL_TYPE ->
          type.getOptionalType().getElemType().hasTensorType()
              ? expected(type.getOptionalType().getElemType())
              : "an optional tensor; export the model without the sequence";
      case SEQUENCE_TYPE ->
          "only tensors: ONNX Runtime's Java API cannot give a sequence; export the model with"
              + " one input for each element, or let it build the sequence itself";
      case MAP_TYPE ->
          "only tensors: ONNX Runtime's Java API cannot give a map; export the model with a"
              + " tensor for each key";
      default -> "a dense tensor";
    };
  }
}
