package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Guards integer divisions of a model, because the smallest number divided by -1 ends the process.
 *
 * <p>ONNX Runtime runs {@code Div} and {@code Mod} of int32 and int64 as the processor's own
 * division, which raises SIGFPE for that one pair. Operators in front of such a division replace
 * the divisor by 1 there: the quotient wraps as in two's complement, the remainder is 0. All other
 * pairs keep their divisor. Division by zero needs no guard: ONNX Runtime reports it.
 *
 * <p>A division is left alone if its divisor is a constant without -1, or if its type is known and
 * another. Types are followed as far as a list of operators goes. The guard works for any type, and
 * changes no bit of a division of floats.
 *
 * <p>{@link EndingOperators} on the way are guarded, too.
 */
final class IntegerDivisions {
  private static final int UNKNOWN = 0;
  private static final int MOST_SCANNED = 1 << 20;

  /** The first set of operators that compares integers and has {@code Sign} and {@code Where}. */
  private static final long FIRST_SET = 9;

  /** The first one that compares floats, which values of unknown type may be. */
  private static final long FIRST_SET_OF_ANY = 11;

  private static final String PREFIX = "/mlops4j.divisor/";

  private static final Set<String> COMPARISONS =
      Set.of(
          "Equal",
          "Less",
          "Greater",
          "LessOrEqual",
          "GreaterOrEqual",
          "And",
          "Or",
          "Xor",
          "Not",
          "IsNaN",
          "IsInf");

  /** Whose first output has the type of the first input. */
  private static final Set<String> SAME =
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

  private final boolean change;
  private long operatorSet;
  private boolean found;
  private boolean unguarded;
  private int number;

  private IntegerDivisions(boolean change) {
    this.change = change;
  }

  /** Whether a model has something to be guarded. */
  static boolean areIn(ModelProto.Builder model) {
    return walked(model, false).found;
  }

  /**
   * Guards them.
   *
   * @return false if one is left that cannot be guarded, as its set of operators is too old
   */
  static boolean guard(ModelProto.Builder model) {
    return !walked(model, true).unguarded;
  }

  private static IntegerDivisions walked(ModelProto.Builder model, boolean change) {
    IntegerDivisions divisions = new IntegerDivisions(change);
    divisions.operatorSet = version(model.getOpsetImportList());
    divisions.graph(model.getGraphBuilder(), null);
    for (FunctionProto.Builder function : model.getFunctionsBuilderList()) {
      divisions.operatorSet = version(function.getOpsetImportList());
      List<NodeProto> nodes = divisions.nodes(function.getNodeBuilderList(), new Scope(null));
      if (change) {
        function.clearNode().addAllNode(nodes);
      }
    }
    return divisions;
  }

  private static long version(List<OperatorSetIdProto> sets) {
    return sets.stream()
        .filter(set -> isOnnx(set.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .findFirst()
        .orElse(1);
  }

  private static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /** What is known of the values of a graph. */
  private static final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Integer> types = new HashMap<>();
    private final Map<String, Boolean> harmless = new HashMap<>();
    private final Set<String> near = new HashSet<>();

    Scope(@Nullable Scope outer) {
      this.outer = outer;
    }

    int type(String name) {
      Integer type = types.get(name);
      return type != null ? type : outer == null ? UNKNOWN : outer.type(name);
    }

    boolean isHarmless(String name) {
      return (types.containsKey(name) || outer == null)
          ? harmless.getOrDefault(name, false)
          : outer.isHarmless(name);
    }

    boolean isNear(String name) {
      return (types.containsKey(name) || outer == null) ? near.contains(name) : outer.isNear(name);
    }

    void declare(ValueInfoProto value) {
      int type = value.getType().getTensorType().getElemType();
      types.merge(value.getName(), type, (known, declared) -> known == UNKNOWN ? declared : known);
    }

    void constant(String name, TensorProto tensor) {
      types.put(name, tensor.getDataType());
      harmless.put(name, lacksMinusOne(tensor));
      if (isDiagonal(tensor)) {
        near.add(name);
      }
    }
  }

  private Scope graph(GraphProto.Builder graph, @Nullable Scope outer) {
    Scope scope = new Scope(outer);
    graph.getInitializerList().forEach(tensor -> scope.constant(tensor.getName(), tensor));
    graph.getInputList().forEach(scope::declare);
    graph.getValueInfoList().forEach(scope::declare);
    graph.getOutputList().forEach(scope::declare);
    List<NodeProto> nodes = nodes(graph.getNodeBuilderList(), scope);
    if (change) {
      graph.clearNode().addAllNode(nodes);
    }
    return scope;
  }

  private List<NodeProto> nodes(List<NodeProto.Builder> all, Scope scope) {
    List<NodeProto> nodes = new ArrayList<>();
    for (NodeProto.Builder node : all) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          graph(attribute.getGBuilder(), scope);
        }
        attribute.getGraphsBuilderList().forEach(graph -> graph(graph, scope));
      }
      if (isDivision(node) && !isHarmless(node, scope)) {
        found = true;
        if (operatorSet < (typeOfOperands(node, scope) == UNKNOWN ? FIRST_SET_OF_ANY : FIRST_SET)) {
          unguarded = true;
        } else if (change) {
          guard(node, nodes);
        }
      }
      outputs(node, scope);
      boolean ends = EndingOperators.is(node, scope::isNear);
      found |= ends;
      if (ends && !EndingOperators.canBeGuarded(operatorSet)) {
        unguarded = true;
        ends = false;
      }
      if (change) {
        nodes.add(
            ends
                ? new EndingOperators(nodes, () -> PREFIX + number++).guarded(node)
                : node.build());
      }
    }
    return nodes;
  }

  private static boolean isDivision(NodeProto.Builder node) {
    return isOnnx(node.getDomain())
        && node.getInputCount() == 2
        && node.getOutputCount() == 1
        && (node.getOpType().equals("Div") || node.getOpType().equals("Mod"));
  }

  /** Of both operands, which ONNX wants to be of one type. */
  private static int typeOfOperands(NodeProto.Builder division, Scope scope) {
    int type = scope.type(division.getInput(1));
    return type == UNKNOWN ? scope.type(division.getInput(0)) : type;
  }

  private static boolean isHarmless(NodeProto.Builder node, Scope scope) {
    int type = typeOfOperands(node, scope);
    return scope.isHarmless(node.getInput(1))
        || (type != UNKNOWN && type != DataType.INT32_VALUE && type != DataType.INT64_VALUE);
  }

  /**
   * For {@code a / b}: where a is negative and its own negative, which is the smallest number, and
   * b is negative and its own sign, b is replaced by its square.
   */
  private void guard(NodeProto.Builder division, List<NodeProto> into) {
    String a = division.getInput(0);
    String b = division.getInput(1);
    String zero = add(into, "Sub", a, a);
    String negative = add(into, "Sub", zero, a);
    String smallest = and(into, add(into, "Less", a, zero), add(into, "Equal", a, negative));
    String none = add(into, "Sub", b, b);
    String sign = add(into, "Sign", b);
    String minusOne = and(into, add(into, "Less", b, none), add(into, "Equal", b, sign));
    String square = add(into, "Mul", b, b);
    division.setInput(1, add(into, "Where", and(into, smallest, minusOne), square, b));
  }

  private String and(List<NodeProto> into, String a, String b) {
    return add(into, "And", a, b);
  }

  private String add(List<NodeProto> into, String operator, String... inputs) {
    String output = PREFIX + number++;
    into.add(
        NodeProto.newBuilder()
            .setOpType(operator)
            .addAllInput(List.of(inputs))
            .addOutput(output)
            .build());
    return output;
  }

  private static void outputs(NodeProto.Builder node, Scope scope) {
    if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
      constant(node, scope);
      return;
    }
    int type = type(node, scope);
    for (int i = 0; i < node.getOutputCount(); i++) {
      int known = i == 0 || node.getOpType().equals("Split") ? type : UNKNOWN;
      scope.types.merge(node.getOutput(i), known, (old, now) -> old == UNKNOWN ? now : old);
    }
  }

  private static int type(NodeProto.Builder node, Scope scope) {
    String operator = node.getOpType();
    if (!isOnnx(node.getDomain())) {
      return UNKNOWN;
    }
    if (SAME.contains(operator) && node.getInputCount() > 0) {
      return scope.type(node.getInput(0));
    }
    if (COMPARISONS.contains(operator)) {
      return DataType.BOOL_VALUE;
    }
    return switch (operator) {
      case "Shape", "Size", "ArgMax", "ArgMin", "NonZero" -> DataType.INT64_VALUE;
      case "Where", "DequantizeLinear" ->
          node.getInputCount() > 1 ? scope.type(node.getInput(1)) : UNKNOWN;
      case "Cast" ->
          node.getAttributeList().stream()
              .filter(attribute -> attribute.getName().equals("to"))
              .mapToInt(attribute -> (int) attribute.getI())
              .findFirst()
              .orElse(UNKNOWN);
      default -> UNKNOWN;
    };
  }

  private static void constant(NodeProto.Builder node, Scope scope) {
    String name = node.getOutput(0);
    scope.types.put(name, UNKNOWN);
    for (AttributeProto attribute : node.getAttributeList()) {
      switch (attribute.getName()) {
        case "value" -> scope.constant(name, attribute.getT());
        case "value_float", "value_floats" -> scope.types.put(name, DataType.FLOAT_VALUE);
        case "value_int" -> integers(scope, name, List.of(attribute.getI()));
        case "value_ints" -> integers(scope, name, attribute.getIntsList());
        default -> {
          // text, or a reference of a function
        }
      }
    }
  }

  private static void integers(Scope scope, String name, List<Long> values) {
    scope.types.put(name, DataType.INT64_VALUE);
    scope.harmless.put(name, !values.contains(-1L));
    if (values.size() == 1 && isDiagonal(values.get(0))) {
      scope.near.add(name);
    }
  }

  /** Whether it is one int64 that is a diagonal's number. */
  private static boolean isDiagonal(TensorProto tensor) {
    if (tensor.getDataType() != DataType.INT64_VALUE || ExternalTensor.isExternal(tensor)) {
      return false;
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return raw.remaining() == Long.BYTES
        ? isDiagonal(raw.getLong())
        : tensor.getInt64DataCount() == 1 && isDiagonal(tensor.getInt64Data(0));
  }

  private static boolean isDiagonal(long k) {
    return k >= -EndingOperators.FARTHEST && k <= EndingOperators.FARTHEST;
  }

  /** Whether all elements are there, and none is -1. */
  private static boolean lacksMinusOne(TensorProto tensor) {
    int bytes =
        tensor.getDataType() == DataType.INT64_VALUE
            ? Long.BYTES
            : tensor.getDataType() == DataType.INT32_VALUE ? Integer.BYTES : 0;
    if (bytes == 0
        || ExternalTensor.isExternal(tensor)
        || tensor.getRawData().size() > MOST_SCANNED) {
      return false;
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (raw.remaining() >= bytes) {
      if ((bytes == Long.BYTES ? raw.getLong() : raw.getInt()) == -1) {
        return false;
      }
    }
    return !tensor.getInt32DataList().contains(-1) && !tensor.getInt64DataList().contains(-1L);
  }
}
