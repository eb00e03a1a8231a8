package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nodes of a model through which data can end the process on ONNX Runtime, and guards
 * them.
 *
 * <p>Integer divisions are guarded here. ONNX Runtime runs {@code Div} and {@code Mod} of int32 and
 * int64 as the processor's own division, which raises SIGFPE for the smallest number divided by -1.
 * Nodes in front of such a division replace the divisor by 1 for that one pair: the quotient wraps
 * as in two's complement, the remainder is 0. All other pairs keep their divisor. Division by zero
 * needs no guard: ONNX Runtime reports it. A division is not guarded if its divisor is a constant
 * without -1, or if its type is known and is neither int32 nor int64. The guard works for any type,
 * and does not change any bit of a division of floats.
 *
 * <p>Other operators are guarded by {@link OperatorGuards}, and attributes are compared with {@link
 * AttributeLimits}.
 */
public final class ModelGuards {
  private static final String DIV = "Div";
  private static final String MOD = "Mod";

  /** The first operator set that compares integers and has {@code Sign} and {@code Where}. */
  private static final long FIRST_SET = 9;

  /**
   * The first operator set that compares floats, because a value of unknown type may be a float.
   */
  private static final long FIRST_SET_OF_ANY = 11;

  /** The first operator set that has {@code CastLike}. */
  private static final long CAST_LIKE_SET = 15;

  private static final String PREFIX = "/mlops4j.guard/";

  /** The beginning of the names of nodes that guard a division of unknown type. */
  private static final String UNKNOWN_TYPE = PREFIX + "division of unknown type ";

  private final boolean change;
  private final boolean trusted;
  private final boolean unknownTypes;
  private final SortedMap<String, Integer> counts = new TreeMap<>();
  private final List<String> unguarded = new ArrayList<>();
  private @Nullable String violation;
  private long operatorSet;
  private int number;

  private ModelGuards(boolean change, boolean trusted, boolean unknownTypes) {
    this.change = change;
    this.trusted = trusted;
    this.unknownTypes = unknownTypes;
  }

  /**
   * Finds the guards that a model needs.
   *
   * @param trusted whether the model's maker is trusted
   */
  static ModelGuards find(ModelProto.Builder model, boolean trusted) {
    return walked(model, new ModelGuards(false, trusted, true));
  }

  /**
   * Adds the guards to a model.
   *
   * @param trusted whether the model's maker is trusted
   * @param unknownTypes whether divisions get a guard if their type is unknown
   */
  static ModelGuards add(ModelProto.Builder model, boolean trusted, boolean unknownTypes) {
    return walked(model, new ModelGuards(true, trusted, unknownTypes));
  }

  /**
   * Returns whether ONNX Runtime rejects a model because it lacks an operator of a guard for the
   * type of a division, which was unknown.
   *
   * @param message ONNX Runtime's message
   * @return whether it names such a guard
   */
  public static boolean areRejected(String message) {
    return message.contains(UNKNOWN_TYPE);
  }

  /** Whether all nodes of a model must be checked because of its operators. */
  static boolean concern(OnnxGraph graph, boolean trusted) {
    return graph.hazardous() || (!trusted && graph.operators().containsKey(OperatorGuards.CONCAT));
  }

  /** Whether all nodes of every model that has this operator must be checked. */
  static boolean concern(String operator) {
    return operator.equals(DIV)
        || operator.equals(MOD)
        || (OperatorGuards.has(operator) && !operator.equals(OperatorGuards.CONCAT))
        || !AttributeLimits.names(operator).isEmpty();
  }

  /** The name of an operator, with its domain in front unless that is ONNX's own. */
  static String operator(String domain, String type) {
    return OperatorGuards.isOnnx(domain) ? type : domain + "." + type;
  }

  /** How many nodes of each operator get a guard. */
  SortedMap<String, Integer> counts() {
    return counts;
  }

  /** The nodes that cannot be guarded, each with the reason. */
  List<String> unguarded() {
    return unguarded;
  }

  /** An attribute with which ONNX Runtime ends the process, or never returns. */
  Optional<String> violation() {
    return Optional.ofNullable(violation);
  }

  private static ModelGuards walked(ModelProto.Builder model, ModelGuards guards) {
    guards.operatorSet = version(model.getOpsetImportList());
    guards.graph(model.getGraphBuilder(), null);
    for (FunctionProto.Builder function : model.getFunctionsBuilderList()) {
      guards.operatorSet = version(function.getOpsetImportList());
      List<NodeProto> nodes = guards.nodes(function.getNodeBuilderList(), new GraphScope(null));
      if (guards.change) {
        function.clearNode().addAllNode(nodes);
      }
    }
    return guards;
  }

  private static long version(List<OperatorSetIdProto> sets) {
    return sets.stream()
        .filter(set -> OperatorGuards.isOnnx(set.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .findFirst()
        .orElse(1);
  }

  private void graph(GraphProto.Builder graph, @Nullable GraphScope outer) {
    GraphScope scope = new GraphScope(outer);
    for (TensorProto tensor : graph.getInitializerList()) {
      scope.constant(tensor.getName(), tensor);
    }
    graph.getInputList().forEach(outer == null ? scope::input : scope::declare);
    graph.getValueInfoList().forEach(scope::declare);
    graph.getOutputList().forEach(scope::declare);
    List<NodeProto> nodes = nodes(graph.getNodeBuilderList(), scope);
    if (change) {
      graph.clearNode().addAllNode(nodes);
    }
  }

  private List<NodeProto> nodes(List<NodeProto.Builder> all, GraphScope scope) {
    List<NodeProto> into = new ArrayList<>();
    GuardNodes nodes = new GuardNodes(into, () -> PREFIX + number++);
    for (NodeProto.Builder node : all) {
      for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
        if (attribute.hasG()) {
          graph(attribute.getGBuilder(), scope);
        }
        attribute.getGraphsBuilderList().forEach(graph -> graph(graph, scope));
      }
      NodeProto result = guarded(node, scope, nodes);
      scope.outputs(node);
      into.add(result);
    }
    return into;
  }

  /** Returns the node that replaces a node, which may be the node itself. */
  private NodeProto guarded(NodeProto.Builder node, GraphScope scope, GuardNodes nodes) {
    String operator = operator(node.getDomain(), node.getOpType());
    Optional<String> found = AttributeLimits.violation(operator, node);
    if (violation == null && found.isPresent()) {
      violation = described(node) + " has " + found.get();
    }
    if (isDivision(operator, node)) {
      return isHarmless(node, scope) ? node.build() : division(operator, node, scope, nodes);
    }
    if (isOpen(node, OperatorGuards.attributes(operator))) {
      return node.build();
    }
    isOpen(node, AttributeLimits.names(operator));
    boolean skipped = trusted && operator.equals(OperatorGuards.CONCAT);
    return !skipped
            && OperatorGuards.isNeeded(operator, node, scope)
            && isGuardable(operator, node, OperatorGuards.firstSet(operator))
            && change
        ? OperatorGuards.guarded(operator, node, scope, nodes)
        : node.build();
  }

  /**
   * Whether the caller of a function sets one of these attributes. If so, the node is noted as one
   * that cannot be guarded.
   */
  private boolean isOpen(NodeProto.Builder node, Set<String> attributes) {
    boolean open =
        node.getAttributeList().stream()
            .anyMatch(a -> !a.getRefAttrName().isEmpty() && attributes.contains(a.getName()));
    if (open) {
      unguarded.add(described(node) + ", because an attribute is left to the caller of a function");
    }
    return open;
  }

  private static String described(NodeProto.Builder node) {
    String name =
        node.getName().isEmpty() ? String.join(", ", node.getOutputList()) : node.getName();
    return "%s '%s'".formatted(operator(node.getDomain(), node.getOpType()), name);
  }

  private boolean isGuardable(String operator, NodeProto.Builder node, long firstSet) {
    if (operatorSet < firstSet && operator.equals(OperatorGuards.ONE_LABEL)) {
      if (violation == null) {
        violation =
            "%s has one class label and operator set %d, expected %d or newer"
                .formatted(described(node), operatorSet, firstSet);
      }
      return false;
    }
    if (operatorSet < firstSet) {
      unguarded.add(
          "%s, because operator set %d is older than %d"
              .formatted(described(node), operatorSet, firstSet));
      return false;
    }
    counts.merge(operator, 1, Integer::sum);
    return true;
  }

  private static boolean isDivision(String operator, NodeProto.Builder node) {
    return (operator.equals(DIV) || operator.equals(MOD))
        && node.getInputCount() == 2
        && node.getOutputCount() == 1;
  }

  /** Returns the type of both operands, which ONNX requires to be the same. */
  private static int typeOfOperands(NodeProto.Builder division, GraphScope scope) {
    int type = scope.type(division.getInput(1));
    return type == GraphScope.UNKNOWN ? scope.type(division.getInput(0)) : type;
  }

  private static boolean isHarmless(NodeProto.Builder node, GraphScope scope) {
    int type = typeOfOperands(node, scope);
    return scope.isConstant(node.getInput(1), divisor -> divisor != -1)
        || (type != GraphScope.UNKNOWN
            && type != DataType.INT32_VALUE
            && type != DataType.INT64_VALUE);
  }

  /**
   * In {@code a / b}, replaces b by its square where a is negative and equals -a, and b is negative
   * and equals its sign. Only the smallest number and -1 are like that.
   */
  private NodeProto division(
      String operator, NodeProto.Builder division, GraphScope scope, GuardNodes nodes) {
    boolean any = typeOfOperands(division, scope) == GraphScope.UNKNOWN;
    if (any && !unknownTypes) {
      unguarded.add(described(division) + ", because its type is not known");
      return division.build();
    }
    if (!isGuardable(operator, division, any ? FIRST_SET_OF_ANY : FIRST_SET) || !change) {
      return division.build();
    }
    nodes.named(any ? UNKNOWN_TYPE : "");
    String a = division.getInput(0);
    String b = division.getInput(1);
    String zero = nodes.add("Sub", a, a);
    String negative = nodes.add("Sub", zero, a);
    String smallest = nodes.add("And", nodes.add("Less", a, zero), nodes.add("Equal", a, negative));
    String none = nodes.add("Sub", b, b);
    String sign = nodes.add("Sign", b);
    String minusOne = nodes.add("And", nodes.add("Less", b, none), nodes.add("Equal", b, sign));
    String both = nodes.add("And", smallest, minusOne);
    division.setInput(
        1,
        any && operatorSet >= CAST_LIKE_SET
            ? nodes.add("Mul", b, factor(both, b, nodes))
            : nodes.add("Where", both, nodes.add("Mul", b, b), b));
    nodes.named("");
    return division.build();
  }

  /**
   * Returns -1 where a condition is true and 1 elsewhere, for types that ONNX Runtime's Where
   * lacks.
   */
  private static String factor(String condition, String like, GuardNodes nodes) {
    String factors = nodes.add("CastLike", nodes.list(1L, -1L), like);
    return nodes.add("Gather", factors, nodes.cast(condition, DataType.INT32_VALUE));
  }
}
