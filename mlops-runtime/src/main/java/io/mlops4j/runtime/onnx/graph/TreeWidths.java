package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The number of columns that operators before an ensemble of trees make. ONNX itself knows no shape
 * for most operators of its machine learning domain. Only operators that keep rows apart are known
 * here, so a value with a number of columns has a row for each row of the inputs.
 */
final class TreeWidths {
  /** Not a matrix, or one of unknown width. */
  private static final long UNKNOWN = -1;

  /** One number for each row, without a second dimension. */
  private static final long VECTOR = -2;

  private static final long MOST = 1 << 20;

  /** The most operators that are followed one after the other, because calls are as deep. */
  private static final int MOST_OPERATORS = 500;

  private static final Set<String> KEEP =
      Set.of(
          "Identity",
          "Cast",
          "ai.onnx.ml.Imputer",
          "ai.onnx.ml.Scaler",
          "ai.onnx.ml.Normalizer",
          "ai.onnx.ml.Binarizer",
          "ai.onnx.ml.LabelEncoder");

  private final Map<String, NodeProto> makers;
  private final Map<String, TensorProto> constants = new HashMap<>();
  private final Map<String, Long> known = new HashMap<>();
  private int followed;

  TreeWidths(GraphProto graph, Map<String, NodeProto> makers) {
    this.makers = makers;
    graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    for (ValueInfoProto input : graph.getInputList()) {
      constants.remove(input.getName()); // a caller could replace it
      TensorShapeProto shape = input.getType().getTensorType().getShape();
      known.put(
          input.getName(),
          shape.getDimCount() == 1
              ? VECTOR
              : shape.getDimCount() == 2 && shape.getDim(1).hasDimValue()
                  ? shape.getDim(1).getDimValue()
                  : UNKNOWN);
    }
  }

  /** Returns the columns of a matrix; a number below 1 if it may be none. */
  long of(String value) {
    Long width = known.get(value);
    if (width == null) {
      known.put(value, UNKNOWN);
      NodeProto maker = makers.get(value);
      followed++;
      width = maker == null || followed > MOST_OPERATORS ? UNKNOWN : of(maker);
      followed--;
      known.put(value, width > MOST ? UNKNOWN : width);
    }
    return width;
  }

  private long of(NodeProto node) {
    if (node.getInputCount() == 0) {
      return UNKNOWN;
    }
    String domain = node.getDomain();
    String name =
        domain.isEmpty() || domain.equals("ai.onnx")
            ? node.getOpType()
            : domain + "." + node.getOpType();
    String first = node.getInput(0);
    if (KEEP.contains(name)) {
      return of(first);
    }
    return switch (name) {
      case "Concat" -> concat(node);
      case "Unsqueeze" -> of(first) == VECTOR && isOne(node) ? 1 : UNKNOWN;
      case "Reshape", "Flatten" -> reshaped(node);
      case "Gather", "ai.onnx.ml.ArrayFeatureExtractor" -> gathered(node);
      case "Add", "Sub", "Mul", "Div" -> arithmetic(node);
      default -> UNKNOWN;
    };
  }

  private long concat(NodeProto node) {
    long axis = number(node, "axis", 0);
    long sum = 0;
    for (String input : node.getInputList()) {
      long width = of(input);
      if (width < 1 || (axis != 1 && axis != -1)) {
        return UNKNOWN;
      }
      sum += width;
    }
    return sum;
  }

  /** Whether an Unsqueeze appends a dimension to a vector. */
  private boolean isOne(NodeProto node) {
    List<Long> axes =
        node.getInputCount() == 2 ? longs(node.getInput(1)) : attribute(node, "axes").getIntsList();
    return axes.equals(List.of(1L)) || axes.equals(List.of(-1L));
  }

  /** The codes of a column of categories become a matrix. */
  private long reshaped(NodeProto node) {
    long width = of(node.getInput(0));
    NodeProto maker = makers.get(node.getInput(0));
    if (maker != null
        && maker.getDomain().equals("ai.onnx.ml")
        && maker.getOpType().equals("OneHotEncoder")
        && of(maker.getInput(0)) >= 1) {
      int texts = attribute(maker, "cats_strings").getStringsCount();
      int numbers = attribute(maker, "cats_int64s").getIntsCount();
      width = of(maker.getInput(0)) * Math.max(texts, numbers);
    }
    boolean same =
        node.getOpType().equals("Flatten")
            ? width >= 1 && number(node, "axis", 1) == 1
            : node.getInputCount() == 2
                && width >= 1
                && longs(node.getInput(1)).equals(List.of(-1L, width));
    return same ? width : UNKNOWN;
  }

  private long gathered(NodeProto node) {
    boolean gather = node.getOpType().equals("Gather");
    if (of(node.getInput(0)) < 1 || node.getInputCount() != 2) {
      return UNKNOWN;
    }
    long axis = number(node, "axis", 0);
    TensorProto indices = constants.get(node.getInput(1));
    boolean vector = indices != null && (!gather || indices.getDimsCount() == 1);
    return vector && (!gather || axis == 1 || axis == -1)
        ? longs(node.getInput(1)).size()
        : UNKNOWN;
  }

  private long arithmetic(NodeProto node) {
    TensorProto constant = constants.get(node.getInput(1));
    long width = of(node.getInput(0));
    if (constant == null || constant.getDimsCount() > 2 || width < 1) {
      return UNKNOWN;
    }
    for (int i = 0; i < constant.getDimsCount(); i++) {
      boolean last = i == constant.getDimsCount() - 1;
      if (constant.getDims(i) != 1 && !(last && constant.getDims(i) == width)) {
        return UNKNOWN;
      }
    }
    return width;
  }

  /** The values of a constant; none if it is unknown or of another type. */
  private List<Long> longs(String value) {
    TensorProto constant = constants.get(value);
    if (constant == null || constant.getDataType() != DataType.INT64.getNumber()) {
      return List.of();
    }
    if (constant.getRawData().isEmpty()) {
      return constant.getInt64DataList();
    }
    LongBuffer raw =
        constant.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] values = new long[raw.remaining()];
    raw.get(values);
    return Arrays.stream(values).boxed().toList();
  }

  private static AttributeProto attribute(NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .orElse(AttributeProto.getDefaultInstance());
  }

  private static long number(NodeProto node, String name, long otherwise) {
    AttributeProto found = attribute(node, name);
    return found.getName().isEmpty() ? otherwise : found.getI();
  }
}
