package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;

/**
 * Replaces optional outputs by their elements.
 *
 * <p>If a model has an optional output, ONNX Runtime's Java API describes none of its outputs, and
 * it reads an absent value through a null pointer, which ends the process. Therefore the graph is
 * changed to return the elements under names of their own. If an element is absent, the run fails.
 */
public final class OptionalOutputs {
  private static final String ELEMENT = "/mlops4j.element";

  private OptionalOutputs() {}

  static boolean isOptional(ValueInfoProto output) {
    return output.getType().hasOptionalType();
  }

  /** Adds an operator for each optional output, and replaces the output by its element. */
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

  /**
   * Returns the name of an optional output's element.
   *
   * @param output the name of the output
   * @return a name that no model has
   */
  public static String element(String output) {
    return output + ELEMENT;
  }

  /**
   * Returns the type inside an optional one.
   *
   * @param type any type
   * @return the type itself if it is not optional
   */
  public static TypeProto element(TypeProto type) {
    return type.hasOptionalType() ? type.getOptionalType().getElemType() : type;
  }

  /**
   * Returns the name that the model's file has for an output of a session.
   *
   * @param name the session's name
   * @return the file's name
   */
  public static String declared(String name) {
    return name.endsWith(ELEMENT) ? name.substring(0, name.length() - ELEMENT.length()) : name;
  }
}
