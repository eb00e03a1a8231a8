package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The operator of a model that has only one. */
public final class SingleNode {
  /** A larger file is not parsed, because its objects take several times its size. */
  private static final int LARGEST = 64 << 20;

  private SingleNode() {}

  /**
   * Reads the operator.
   *
   * @param model the file's bytes
   * @param graph its declarations
   * @param operator the operator that it must be, for example {@code ai.onnx.ml.Scaler}
   * @return null if the model has another operator, or more than this one
   */
  public static @Nullable NodeProto read(ByteBuffer model, OnnxGraph graph, String operator) {
    if (model.remaining() > LARGEST
        || graph.operators().size() != 1
        || graph.operators().getOrDefault(operator, 0) != 1
        || !graph.initializers().isEmpty()) {
      return null;
    }
    try {
      ModelProto read = ModelProto.parseFrom(model.slice());
      GraphProto nodes = read.getGraph();
      return nodes.getNodeCount() == 1 && read.getFunctionsCount() == 0 ? nodes.getNode(0) : null;
    } catch (IOException e) {
      return null; // graph was read from the same bytes, so this does not happen
    }
  }
}
