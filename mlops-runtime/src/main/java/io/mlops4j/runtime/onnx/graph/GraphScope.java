package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The facts about the values of a graph that are known before it runs: types, ranks and constants.
 *
 * <p>Types are those that the file states. Ranks hold for every run, even if the file states
 * others: they are the ranks of constants and of the main graph's inputs, which ONNX Runtime
 * checks, and the ranks that follow from these.
 */
final class GraphScope {
  static final int UNKNOWN = 0;
  static final int NO_RANK = -1;

  private static final int MOST_SCANNED = 1 << 20;

  private static final Set<String> BOOLEAN =
      Set.of("And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor".split(" "));

  /** Operators whose first output has the type of the first input. */
  private static final Set<String> SAME_TYPE =
      Set.of(
          ("Abs Add AveragePool BatchNormalization Ceil Clip Concat Conv ConvTranspose Cos CumSum"
                  + " DepthToSpace Div Dropout Einsum Elu Erf Exp Expand Flatten Floor Gather"
                  + " GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool"
                  + " GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization"
                  + " LayerNormalization LeakyRelu Log LogSoftmax MatMul Max MaxPool Mean Min Mod Mul"
                  + " Neg PRelu Pad Pow Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp"
                  + " ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape"
                  + " Resize Round ScatterElements ScatterND Selu Sigmoid Sign Sin Slice Softmax"
                  + " Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile TopK"
                  + " Transpose Trilu Unsqueeze")
              .split(" "));

  /** Operators whose output has the highest rank of their inputs. */
  private static final Set<String> SAME_RANK =
      Set.of(
          ("Add Cast Div Erf Exp Identity LogSoftmax Mul Neg Relu Sigmoid"
                  + " Softmax Sqrt Sub Tanh Where")
              .split(" "));

  /** Operators of the machine learning domain whose output has the rank of their input. */
  private static final Set<String> SAME_RANK_OF_ML =
      Set.of("Binarizer", "CategoryMapper", "Imputer", "LabelEncoder", "Normalizer", "Scaler");

  private final @Nullable GraphScope outer;
  private final Map<String, Integer> types = new HashMap<>();
  private final Map<String, Integer> ranks = new HashMap<>();
  private final Map<String, TensorProto> constants = new HashMap<>();

  GraphScope(@Nullable GraphScope outer) {
    this.outer = outer;
  }

  int type(String name) {
    Integer type = types.get(name);
    return type != null ? type : outer == null ? UNKNOWN : outer.type(name);
  }

  /** The number of dimensions, or {@link #NO_RANK}. */
  int rank(String name) {
    return isHere(name) || outer == null ? ranks.getOrDefault(name, NO_RANK) : outer.rank(name);
  }

  private @Nullable TensorProto constant(String name) {
    return isHere(name) || outer == null ? constants.get(name) : outer.constant(name);
  }

  private boolean isHere(String name) {
    return types.containsKey(name);
  }

  /** Whether a value is an int32 or int64 constant whose elements all satisfy a condition. */
  boolean isConstant(String name, LongPredicate condition) {
    TensorProto tensor = constant(name);
    return tensor != null && isInside(tensor) && all(tensor, condition);
  }

  /** Whether a value is a constant with one element. */
  boolean isSingle(String name) {
    TensorProto tensor = constant(name);
    return tensor != null && tensor.getDimsList().stream().allMatch(size -> size == 1);
  }

  private static boolean isInside(TensorProto tensor) {
    return !ExternalTensor.isExternal(tensor) && tensor.getRawData().size() <= MOST_SCANNED;
  }

  private static boolean all(TensorProto tensor, LongPredicate condition) {
    int bytes =
        switch (tensor.getDataType()) {
          case DataType.INT64_VALUE -> Long.BYTES;
          case DataType.INT32_VALUE -> Integer.BYTES;
          default -> 0;
        };
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (bytes > 0 && raw.remaining() >= bytes) {
      if (!condition.test(bytes == Long.BYTES ? raw.getLong() : raw.getInt())) {
        return false;
      }
    }
    return bytes > 0
        && tensor.getInt32DataList().stream().allMatch(condition::test)
        && tensor.getInt64DataList().stream().allMatch(condition::test);
  }

  /** Adds the type that the file states for a value. */
  void declare(ValueInfoProto value) {
    put(value.getName(), value.getType().getTensorType().getElemType());
  }

  /** Adds an input of the main graph, whose rank ONNX Runtime checks. */
  void input(ValueInfoProto value) {
    declare(value);
    TypeProto.Tensor type = value.getType().getTensorType();
    if (type.hasShape()) {
      ranks.put(value.getName(), type.getShape().getDimCount());
    }
  }

  void constant(String name, TensorProto tensor) {
    types.put(name, tensor.getDataType());
    ranks.put(name, tensor.getDimsCount());
    constants.put(name, tensor);
  }

  private void put(String name, int type) {
    types.merge(name, type, (known, other) -> known == UNKNOWN ? other : known);
  }

  /** Adds the outputs of a node. */
  void outputs(NodeProto.Builder node) {
    if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
      constant(node);
      return;
    }
    int type = type(node);
    for (int i = 0; i < node.getOutputCount(); i++) {
      put(node.getOutput(i), i == 0 || node.getOpType().equals("Split") ? type : UNKNOWN);
    }
    if (node.getOutputCount() == 1 && OperatorGuards.isOnnx(node.getDomain())) {
      ranks.put(node.getOutput(0), rank(node));
    } else if (node.getDomain().equals("ai.onnx.ml")
        && SAME_RANK_OF_ML.contains(node.getOpType())
        && node.getInputCount() == 1
        && node.getOutputCount() == 1) {
      ranks.put(node.getOutput(0), rank(node.getInput(0)));
    }
  }

  private int rank(NodeProto.Builder node) {
    int[] ranks = node.getInputList().stream().mapToInt(this::rank).toArray();
    boolean known = ranks.length > 0 && Arrays.stream(ranks).allMatch(rank -> rank >= 0);
    return switch (node.getOpType()) {
      case "Shape" -> 1;
      case "Size" -> 0;
      case "Gather" ->
          known && ranks.length == 2 && ranks[0] > 0 ? ranks[0] + ranks[1] - 1 : NO_RANK;
      case "Unsqueeze" -> {
        int added = ranks.length == 2 ? length(node.getInput(1)) : NO_RANK;
        yield known && added >= 0 ? ranks[0] + added : NO_RANK;
      }
      case "Reshape" -> ranks.length == 2 ? length(node.getInput(1)) : NO_RANK;
      case "Transpose" -> ranks.length == 1 ? permuted(node).orElse(ranks[0]) : NO_RANK;
      case "Concat" -> known ? ranks[0] : NO_RANK;
      default ->
          known && SAME_RANK.contains(node.getOpType())
              ? Arrays.stream(ranks).max().orElse(NO_RANK)
              : NO_RANK;
    };
  }

  /** How many elements a constant list has. */
  private int length(String name) {
    TensorProto list = constant(name);
    return list != null && list.getDimsCount() == 1 ? (int) list.getDims(0) : NO_RANK;
  }

  private static Optional<Integer> permuted(NodeProto.Builder node) {
    return OperatorGuards.attribute(node, "perm")
        .map(perm -> perm.getRefAttrName().isEmpty() ? perm.getIntsCount() : NO_RANK);
  }

  private int type(NodeProto.Builder node) {
    String operator = node.getOpType();
    if (!OperatorGuards.isOnnx(node.getDomain())) {
      return UNKNOWN;
    }
    if (SAME_TYPE.contains(operator) && node.getInputCount() > 0) {
      return type(node.getInput(0));
    }
    if (BOOLEAN.contains(operator)) {
      return DataType.BOOL_VALUE;
    }
    return switch (operator) {
      case "Shape", "Size", "ArgMax", "ArgMin", "NonZero" -> DataType.INT64_VALUE;
      case "Where", "DequantizeLinear" ->
          node.getInputCount() > 1 ? type(node.getInput(1)) : UNKNOWN;
      case "Cast" ->
          OperatorGuards.attribute(node, "to").map(to -> (int) to.getI()).orElse(UNKNOWN);
      default -> UNKNOWN;
    };
  }

  private void constant(NodeProto.Builder node) {
    String name = node.getOutput(0);
    types.put(name, UNKNOWN);
    for (AttributeProto attribute : node.getAttributeList()) {
      switch (attribute.getName()) {
        case "value" -> constant(name, attribute.getT());
        case "value_float", "value_floats" -> types.put(name, DataType.FLOAT_VALUE);
        case "value_int" ->
            constant(name, integers(TensorProto.newBuilder(), List.of(attribute.getI())));
        case "value_ints" ->
            constant(
                name,
                integers(
                    TensorProto.newBuilder().addDims(attribute.getIntsCount()),
                    attribute.getIntsList()));
        default -> {
          // a text, or a reference to an attribute of a function
        }
      }
    }
  }

  private static TensorProto integers(TensorProto.Builder tensor, List<Long> values) {
    return tensor.setDataType(DataType.INT64_VALUE).addAllInt64Data(values).build();
  }
}
