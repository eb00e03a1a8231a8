package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;

/**
 * Outputs that may be absent.
 *
 * <p>ONNX Runtime's Java API describes no output of a model that has such a one, and reads an
 * absent value through a null pointer, which ends the process. So a model's graph is made to hand
 * out the elements, under names of their own: where one is absent, the run fails.
 */
final class OptionalOutputs {
  private static final String ELEMENT = "/mlops4j.element";

  private OptionalOutputs() {}

  static boolean isOptional(ValueInfoProto output) {
    return output.getType().hasOptionalType();
  }

  /** Adds an operator for each optional output, whose place its element takes. */
  static void unwrap(GraphProto.Builder graph) {
    for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
      if (isOptional(output.build())) {
        String name = output.getName();
        graph.addNode(
            NodeProto.newBuilder()
                .setOpType("OptionalGetElement")
                .addInput(name)
                .addOutput(element(name)));
        output.setName(element(name)).setType(element(output.getType()));
      }
    }
  }

  /** The name of an output's element. */
  static String element(String output) {
    return output + ELEMENT;
  }

  /** The type inside an optional one; any other type itself. */
  static TypeProto element(TypeProto type) {
    return type.hasOptionalType() ? type.getOptionalType().getElemType() : type;
  }

  /** The name that the model's file has for what a session calls so. */
  static String declared(String name) {
    return name.endsWith(ELEMENT) ? name.substring(0, name.length() - ELEMENT.length()) : name;
  }
}
