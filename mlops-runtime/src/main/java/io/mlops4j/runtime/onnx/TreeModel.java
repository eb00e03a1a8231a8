package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.onnx.graph.TreeGraph;
import io.mlops4j.runtime.onnx.tree.TreeEnsemble;
import io.mlops4j.runtime.onnx.tree.UnfitTreesException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model that ends with decision trees, which Java evaluates several times as fast as ONNX
 * Runtime. Immutable and thread safe.
 *
 * @param head the nodes before the trees, as a model that ONNX Runtime runs; null if there are none
 * @param matrix the head's output, which the trees read
 * @param scores the number of the model's output that has the scores, or -1
 * @param labels the number of the model's output that has the labels, or -1
 * @param maps the number of the model's output that has the scores by label, or -1
 * @param keys the labels of these maps, numbers or texts
 * @param steps what is done with the scores of an output
 * @param threads how many threads a run may use
 */
record TreeModel(
    TreeEnsemble trees,
    @Nullable ByteBuffer head,
    TensorSpec matrix,
    int scores,
    int labels,
    int maps,
    List<Object> keys,
    List<TreeGraph.Step> steps,
    int threads) {

  /**
   * The least steps through trees for which a second part is worth it. 10 trees of depth 4 behind
   * an imputer and a scaler took 0.95 (1 row), 0.87 (32) and 0.42 (1024) of ONNX Runtime's time, 3
   * such trees 1.02, 1.15 and 0.73.
   */
  private static final long LEAST_STEPS_AFTER_HEAD = 40;

  /**
   * Takes the trees of a model.
   *
   * @throws UnfitTreesException if ONNX Runtime has to run the whole model
   */
  static TreeModel of(TreeGraph graph, ModelSignature signature, int threads) {
    NodeProto operator = graph.trees();
    TreeEnsemble trees = TreeEnsemble.of(operator);
    int last = trees.classifies() ? 1 : 0; // the output that has the scores
    if (operator.getOutputCount() != last + 1) {
      throw new UnfitTreesException(
          "they have %d outputs, expected %d".formatted(operator.getOutputCount(), last + 1));
    }
    checkInput(graph, trees, signature);
    int scores = -1;
    int labels = -1;
    int maps = -1;
    List<Object> keys = List.of();
    for (int i = 0; i < signature.outputs().size(); i++) {
      ValueSpec output = signature.outputs().get(i);
      Integer source = graph.tensors().get(output.name());
      NodeProto map = graph.maps().get(output.name());
      if (source != null && source == last && scores < 0 && isTensor(output, ElementType.FLOAT32)) {
        scores = i;
      } else if (source != null
          && source == 0
          && last == 1
          && labels < 0
          && isTensor(output, trees.texts().isEmpty() ? ElementType.INT64 : ElementType.STRING)) {
        labels = i;
      } else if (map != null && maps < 0 && keys(map).size() == trees.targets()) {
        maps = i;
        keys = keys(map);
      } else {
        throw new UnfitTreesException(
            "output %s is not the only one with their scores, their labels, or a map of these"
                .formatted(output.name()));
      }
    }
    TensorSpec matrix =
        new TensorSpec(
            operator.getInput(0), ElementType.FLOAT32, List.of(Dim.any(), Dim.any()), false);
    return new TreeModel(
        trees, graph.head(), matrix, scores, labels, maps, keys, graph.steps(), threads);
  }

  private static void checkInput(TreeGraph graph, TreeEnsemble trees, ModelSignature signature) {
    if (graph.head() == null) {
      if (signature.inputs().size() != 1
          || !isRows(signature.inputs().get(0), graph.trees().getInput(0))) {
        throw new UnfitTreesException(
            "the inputs are %s, expected rows of 32-bit floats".formatted(signature.inputs()));
      }
      return;
    }
    if (graph.width() < trees.features()) {
      throw new UnfitTreesException(
          "operators before them make %d columns, and they read %d"
              .formatted(graph.width(), trees.features()));
    }
    if (trees.steps() < LEAST_STEPS_AFTER_HEAD) {
      throw new UnfitTreesException(
          "all trees together have %d levels, and behind other operators Java was measured to be faster from %d on"
              .formatted(trees.steps(), LEAST_STEPS_AFTER_HEAD));
    }
  }

  private static List<Object> keys(NodeProto map) {
    List<Object> keys = new ArrayList<>();
    for (AttributeProto attribute : map.getAttributeList()) {
      Stream.concat(
              attribute.getIntsList().stream(),
              attribute.getStringsList().stream().map(ByteString::toStringUtf8))
          .forEach(keys::add);
    }
    return keys.stream().distinct().count() == keys.size() ? keys : List.of();
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
