package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.OptionalOutputs;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which models are called through {@code java.lang.foreign}. */
final class ForeignFit {
  private static final List<String> CPU = List.of("cpu");

  private ForeignFit() {}

  /**
   * Returns why a model is called through JNI.
   *
   * @return null for a model on the CPU whose inputs and outputs are tensors, or optional ones
   */
  static @Nullable String obstacle(OnnxGraph graph, Devices devices, boolean profiled) {
    if (profiled) {
      return "its nodes are counted";
    }
    if (!devices.placement().devices().equals(CPU)) {
      return "it runs on another device than the CPU";
    }
    for (ValueInfoProto input : graph.inputs()) {
      if (!graph.initializers().contains(input.getName()) && !isFit(input)) {
        return "input %s is %s".formatted(input.getName(), ProtoTypes.text(input.getType()));
      }
    }
    for (ValueInfoProto output : graph.outputs()) {
      if (!isFit(output)) {
        return "output %s is %s".formatted(output.getName(), ProtoTypes.text(output.getType()));
      }
    }
    return null;
  }

  private static boolean isFit(ValueInfoProto value) {
    TypeProto type = OptionalOutputs.element(value.getType());
    return type.hasTensorType()
        && ProtoTypes.element(type.getTensorType().getElemType()).isPresent()
        && value.getName().indexOf(0) < 0; // a zero ends a name in C
  }
}
