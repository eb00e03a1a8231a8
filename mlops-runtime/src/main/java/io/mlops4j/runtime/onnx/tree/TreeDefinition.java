package io.mlops4j.runtime.onnx.tree;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The attributes of a {@code TreeEnsembleRegressor} or {@code TreeEnsembleClassifier} (ai.onnx.ml 1
 * to 3), as they stand in the file. A {@code TreeEnsemble} (ai.onnx.ml 5) is brought into the same
 * form. Two arrays of one prefix have the same length.
 *
 * @param modes the comparison of each node, or {@code LEAF}
 * @param missing whether NaN goes to the true branch, by node; empty if it never does
 * @param weightTargets the target or class of each weight
 * @param base what is added to each target, or to the only one; empty for nothing
 * @param labels the labels of the classes; their numbers from 0 if they are texts; empty for a
 *     regressor
 * @param texts the labels of the classes if they are texts; otherwise empty
 * @param targets the number of targets or classes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TreeDefinition(
    long[] trees,
    long[] ids,
    long[] features,
    List<String> modes,
    float[] values,
    long[] trueIds,
    long[] falseIds,
    long[] missing,
    long[] weightTrees,
    long[] weightIds,
    long[] weightTargets,
    float[] weights,
    float[] base,
    String aggregate,
    String transform,
    long[] labels,
    List<String> texts,
    int targets) {
  /** More targets than this need too much memory for a block of rows. */
  private static final int MOST_TARGETS = 4096;

  TreeDefinition {
    if (targets < 1 || targets > MOST_TARGETS) {
      throw new UnfitTreesException(
          "they have %d targets, expected 1 to %d".formatted(targets, MOST_TARGETS));
    }
  }

  private static final String NEW = "TreeEnsemble";
  static final String CLASSIFIER = "TreeEnsembleClassifier";

  /**
   * Reads an operator.
   *
   * @throws UnfitTreesException if its numbers are doubles, or it has labels of two types
   */
  static TreeDefinition of(NodeProto node) {
    Map<String, AttributeProto> all =
        node.getAttributeList().stream()
            .collect(
                Collectors.toMap(
                    AttributeProto::getName,
                    Function.identity(),
                    (a, b) -> {
                      throw new UnfitTreesException(
                          "the attribute " + a.getName() + " is there twice");
                    }));
    if (node.getOpType().equals(NEW)) {
      return new NewTrees(all).definition();
    }
    for (String name : all.keySet()) {
      if (name.endsWith("_as_tensor")) {
        throw new UnfitTreesException("their numbers are 64-bit floats (%s)".formatted(name));
      }
    }
    boolean classifies = node.getOpType().equals(CLASSIFIER);
    String target = classifies ? "class_" : "target_";
    List<String> texts = classifies ? texts(all, "classlabels_strings") : List.of();
    long[] labels = classifies ? longs(all, "classlabels_int64s") : new long[0];
    if (!texts.isEmpty()) {
      if (labels.length > 0) {
        throw new UnfitTreesException("the labels have two types");
      }
      labels = LongStream.range(0, texts.size()).toArray();
    }
    return new TreeDefinition(
        longs(all, "nodes_treeids"),
        longs(all, "nodes_nodeids"),
        longs(all, "nodes_featureids"),
        texts(all, "nodes_modes"),
        floats(all, "nodes_values"),
        longs(all, "nodes_truenodeids"),
        longs(all, "nodes_falsenodeids"),
        longs(all, "nodes_missing_value_tracks_true"),
        longs(all, target + "treeids"),
        longs(all, target + "nodeids"),
        longs(all, target + "ids"),
        floats(all, target + "weights"),
        floats(all, "base_values"),
        text(all, "aggregate_function", "SUM"),
        text(all, "post_transform", "NONE"),
        labels,
        texts,
        classifies ? labels.length : targets(all));
  }

  /** Returns 0 if the number is not one of few. */
  static int targets(Map<String, AttributeProto> all) {
    long targets = get(all, "n_targets").getI();
    return targets > MOST_TARGETS || targets < 0 ? 0 : (int) targets;
  }

  static AttributeProto get(Map<String, AttributeProto> all, String name) {
    return all.getOrDefault(name, AttributeProto.getDefaultInstance());
  }

  static long[] longs(Map<String, AttributeProto> all, String name) {
    return get(all, name).getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  private static float[] floats(Map<String, AttributeProto> all, String name) {
    List<Float> from = get(all, name).getFloatsList();
    float[] values = new float[from.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = from.get(i);
    }
    return values;
  }

  private static List<String> texts(Map<String, AttributeProto> all, String name) {
    return get(all, name).getStringsList().stream().map(ByteString::toStringUtf8).toList();
  }

  private static String text(Map<String, AttributeProto> all, String name, String otherwise) {
    AttributeProto found = all.get(name);
    return found == null ? otherwise : found.getS().toStringUtf8();
  }
}
