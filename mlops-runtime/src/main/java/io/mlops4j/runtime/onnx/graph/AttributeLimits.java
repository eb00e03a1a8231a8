package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Numbers in attributes with which ONNX Runtime ends the process or never returns. */
final class AttributeLimits {
  /** Ranges that include every number of an honest model, by operator and attribute. */
  private static final Map<String, Map<String, Range>> TABLE =
      Map.of(
          "DepthToSpace", Map.of("blocksize", new Range(1, 1 << 16)),
          "GatherND", Map.of("batch_dims", new Range(0, 1 << 16)),
          "RoiAlign", Map.of("sampling_ratio", new Range(0, 1 << 12)),
          "TfIdfVectorizer", Map.of("max_skip_count", new Range(0, 1 << 16)),
          "ai.onnx.ml.FeatureVectorizer", Map.of("inputdimensions", new Range(0, 1 << 24)),
          "com.microsoft.GroupQueryAttention",
              Map.of("num_heads", new Range(1, 1 << 16), "kv_num_heads", new Range(1, 1 << 16)));

  private record Range(long least, long most) {
    boolean has(long number) {
      return number >= least && number <= most;
    }
  }

  private AttributeLimits() {}

  /** Returns the names of an operator's limited attributes, often none. */
  static Set<String> names(String operator) {
    if (TreeTableLimits.OPERATORS.contains(operator)) {
      return TreeTableLimits.ATTRIBUTES;
    }
    return operator.equals(TreeLimits.OPERATOR)
        ? TreeLimits.ATTRIBUTES
        : TABLE.getOrDefault(operator, Map.of()).keySet();
  }

  /** Describes the first attribute of a node that is out of its range. */
  static Optional<String> violation(String operator, NodeProto.Builder node) {
    if (operator.equals(TreeLimits.OPERATOR)) {
      return TreeLimits.violation(node);
    }
    if (TreeTableLimits.OPERATORS.contains(operator)) {
      return TreeTableLimits.violation(node);
    }
    Map<String, Range> ranges = TABLE.getOrDefault(operator, Map.of());
    for (AttributeProto attribute : node.getAttributeList()) {
      Range range = ranges.get(attribute.getName());
      if (range != null && attribute.getRefAttrName().isEmpty()) {
        Optional<Long> found =
            numbers(attribute).stream().filter(number -> !range.has(number)).findFirst();
        if (found.isPresent()) {
          return Optional.of(
              "%s %d, expected %d to %d"
                  .formatted(attribute.getName(), found.get(), range.least, range.most));
        }
      }
    }
    return Optional.empty();
  }

  private static List<Long> numbers(AttributeProto attribute) {
    return attribute.getIntsCount() > 0 ? attribute.getIntsList() : List.of(attribute.getI());
  }
}
