package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.SingleNode;
import io.mlops4j.runtime.onnx.tree.TreeEnsemble;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that consists of decision trees, which Java evaluates several times as fast as ONNX
 * Runtime. Immutable and thread safe.
 *
 * @param scores the number of the model's output that has the scores, or -1
 * @param labels the number of the model's output that has the labels, or -1
 * @param threads how many threads a run may use
 */
record TreeModel(TreeEnsemble trees, int scores, int labels, int threads) {
  private static final List<String> OPERATORS =
      List.of(
          "ai.onnx.ml.TreeEnsembleRegressor",
          "ai.onnx.ml.TreeEnsembleClassifier",
          "ai.onnx.ml.TreeEnsemble");

  /** Reads a model's only operator; null if ONNX Runtime has to run the model. */
  static @Nullable NodeProto operator(ByteBuffer model, OnnxGraph graph) {
    for (String operator : OPERATORS) {
      NodeProto node = SingleNode.read(model, graph, operator);
      if (node != null) {
        return node;
      }
    }
    return null;
  }

  /** Returns null if ONNX Runtime has to run the model. */
  static @Nullable TreeModel of(NodeProto operator, ModelSignature signature, int threads) {
    TreeEnsemble trees = TreeEnsemble.of(operator);
    if (trees == null
        || operator.getInputCount() != 1
        || signature.inputs().size() != 1
        || !isRows(signature.inputs().get(0), operator.getInput(0))) {
      return null;
    }
    int last = trees.classifies() ? 1 : 0; // the output that has the scores
    if (operator.getOutputCount() != last + 1) {
      return null;
    }
    int scores = -1;
    int labels = -1;
    for (int i = 0; i < signature.outputs().size(); i++) {
      ValueSpec output = signature.outputs().get(i);
      if (output.name().equals(operator.getOutput(last)) && isTensor(output, ElementType.FLOAT32)) {
        scores = i;
      } else if (last == 1
          && output.name().equals(operator.getOutput(0))
          && isTensor(output, trees.texts().isEmpty() ? ElementType.INT64 : ElementType.STRING)) {
        labels = i;
      } else {
        return null;
      }
    }
    return new TreeModel(trees, scores, labels, threads);
  }

  private static boolean isRows(ValueSpec input, String name) {
    return isTensor(input, ElementType.FLOAT32)
        && input.name().equals(name)
        && ((TensorSpec) input).shape().size() == 2;
  }

  private static boolean isTensor(ValueSpec value, ElementType type) {
    return value instanceof TensorSpec tensor && tensor.type() == type;
  }
}
