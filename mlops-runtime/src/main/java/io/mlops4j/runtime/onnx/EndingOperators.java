package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Guards operators other than divisions through which data end the process on ONNX Runtime.
 *
 * <ul>
 *   <li>{@code Trilu} with a diagonal {@code k} at the ends of int64: k is held between -2^62 and
 *       2^62, beyond which no matrix reaches.
 *   <li>{@code TopK} of data without elements, as a batch without rows makes them: the answer is
 *       cut from the data, which are as empty.
 *   <li>{@code FeatureVectorizer} of data without elements: the answer has as many rows, and zeros.
 *   <li>{@code SequenceAt}, {@code SequenceErase} and {@code SequenceInsert} at an index without
 *       elements: ONNX Runtime refuses to make a scalar of it.
 *   <li>{@code STFT} with frames of length 0: the length becomes -1, which ONNX Runtime refuses.
 * </ul>
 */
final class EndingOperators {
  /** Beyond any diagonal of a matrix, and far from where sums with it overflow. */
  static final long FARTHEST = 1L << 62;

  private static final int ALL = -1;

  /** The operand through which an operator ends the process, or all. */
  private static final Map<String, Integer> OPERANDS =
      Map.of(
          "Trilu", 1,
          "SequenceAt", 1,
          "SequenceErase", 1,
          "SequenceInsert", 2,
          "TopK", ALL,
          "STFT", ALL,
          "FeatureVectorizer", ALL);

  /** Those that ONNX's own domain does not have, or not alone. */
  private static final Set<String> OTHERS = Set.of("Trilu", "FeatureVectorizer");

  /** The first set of operators of those that a guard is made of. */
  private static final long FIRST_SET = 10;

  private final List<NodeProto> into;
  private final Supplier<String> names;

  /**
   * @param into where operators of guards go
   * @param names new names of values
   */
  EndingOperators(List<NodeProto> into, Supplier<String> names) {
    this.into = into;
    this.names = names;
  }

  /** Whether data may end the process through an operator, unless it is guarded. */
  static boolean mayBe(String operator, String domain) {
    return OPERANDS.containsKey(operator) && (isOnnx(domain) || OTHERS.contains(operator));
  }

  /**
   * The same for a node.
   *
   * @param isNear of a value's name, whether it is a constant of one number not beyond {@link
   *     #FARTHEST}
   */
  static boolean is(NodeProto.Builder node, Predicate<String> isNear) {
    if (!mayBe(node.getOpType(), node.getDomain())) {
      return false;
    }
    int operand = OPERANDS.getOrDefault(node.getOpType(), ALL);
    return operand == ALL || (has(node, operand) && !isNear.test(node.getInput(operand)));
  }

  /** Whether a set of operators has those of the guards. */
  static boolean canBeGuarded(long operatorSet) {
    return operatorSet >= FIRST_SET;
  }

  private static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private static boolean has(NodeProto.Builder node, int input) {
    return node.getInputCount() > input && !node.getInput(input).isEmpty();
  }

  /** What stands for a node, after what this adds in front of it. */
  NodeProto guarded(NodeProto.Builder node) {
    return switch (node.getOpType()) {
      case "Trilu" -> trilu(node);
      case "FeatureVectorizer" -> features(node);
      case "SequenceAt", "SequenceErase", "SequenceInsert" -> sequence(node);
      case "STFT" -> stft(node);
      default -> topK(node);
    };
  }

  private NodeProto trilu(NodeProto.Builder node) {
    String k = node.getInput(1);
    String least = integers(0, -FARTHEST);
    String most = integers(0, FARTHEST);
    String risen = add("Where", add("Less", k, least), least, k);
    return node.setInput(1, add("Where", add("Less", most, risen), most, risen)).build();
  }

  private NodeProto sequence(NodeProto.Builder node) {
    int index = OPERANDS.getOrDefault(node.getOpType(), ALL);
    String scalar = constant(TensorProto.newBuilder().addDims(0));
    return node.setInput(index, add("Reshape", node.getInput(index), scalar)).build();
  }

  private NodeProto stft(NodeProto.Builder node) {
    if (!has(node, 3) && !has(node, 2)) {
      return node.build();
    }
    String length = has(node, 3) ? integer(node.getInput(3)) : add("Size", node.getInput(2));
    while (node.getInputCount() < 4) {
      node.addInput("");
    }
    String none = add("Equal", length, integers(0, 0));
    return node.setInput(1, integer(node.getInput(1))) // both are of one type
        .setInput(3, add("Where", none, integers(0, -1), length))
        .build();
  }

  private String integer(String value) {
    String output = names.get();
    into.add(cast(value, output, DataType.INT64_VALUE));
    return output;
  }

  private static NodeProto cast(String value, String output, int type) {
    return node("Cast", output, value).addAttribute(number("to", type)).build();
  }

  /**
   * Without elements, a TopK of as many zeros judges k, and has as many as are to be cut from the
   * data.
   */
  private NodeProto topK(NodeProto.Builder node) {
    String data = node.getInput(0);
    String axis = integers(1, axis(node));
    String first = integers(1, 0);
    List<NodeProto> nodes = new ArrayList<>();
    EndingOperators inside = new EndingOperators(nodes, names);
    String zeros =
        inside.add("ConstantOfShape", inside.add("Gather", inside.add("Shape", data), axis));
    String most = names.get();
    nodes.add(node("TopK", most, zeros, node.getInput(1)).addOutput(names.get()).build());
    String values = inside.add("Slice", data, first, inside.add("Shape", most), axis);
    return unlessEmpty(node, 2, isEmpty(data), nodes, List.of(values, inside.integer(values)));
  }

  private static long axis(NodeProto.Builder node) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals("axis"))
        .mapToLong(AttributeProto::getI)
        .findFirst()
        .orElse(-1);
  }

  private String isEmpty(String data) {
    return add("Equal", add("Size", data), integers(0, 0));
  }

  /** Without elements, all inputs beside one another tell the rows. */
  private NodeProto features(NodeProto.Builder node) {
    List<NodeProto> nodes = new ArrayList<>();
    EndingOperators inside = new EndingOperators(nodes, names);
    NodeProto.Builder beside = node("Concat", names.get()).addAttribute(number("axis", 1));
    String empty = isEmpty(node.getInput(0));
    for (String input : node.getInputList()) {
      empty = add("Or", empty, isEmpty(input));
      String floats = names.get();
      nodes.add(cast(input, floats, DataType.FLOAT_VALUE));
      beside.addInput(floats);
    }
    nodes.add(beside.build());
    String rows =
        inside.add("Gather", inside.add("Shape", beside.getOutput(0)), inside.integers(1, 0));
    long columns =
        node.getAttributeList().stream()
            .filter(attribute -> attribute.getName().equals("inputdimensions"))
            .flatMap(attribute -> attribute.getIntsList().stream())
            .mapToLong(Long::longValue)
            .sum();
    String shape = names.get();
    nodes.add(
        node("Concat", shape, rows, inside.integers(1, columns))
            .addAttribute(number("axis", 0))
            .build());
    return unlessEmpty(node, 1, empty, nodes, List.of(inside.add("ConstantOfShape", shape)));
  }

  /** The operator if its data have elements, and other values if not. */
  private NodeProto unlessEmpty(
      NodeProto.Builder node, int outputs, String empty, List<NodeProto> nodes, List<String> then) {
    NodeProto.Builder either = NodeProto.newBuilder().setOpType("If").addInput(empty);
    NodeProto.Builder whole = node.clone().clearOutput();
    for (int i = 0; i < outputs; i++) {
      boolean named = i < node.getOutputCount() && !node.getOutput(i).isEmpty();
      either.addOutput(named ? node.getOutput(i) : names.get());
      whole.addOutput(names.get());
    }
    return either
        .addAttribute(branch("then_branch", nodes, then))
        .addAttribute(branch("else_branch", List.of(whole.build()), whole.getOutputList()))
        .build();
  }

  private static AttributeProto branch(String name, List<NodeProto> nodes, List<String> outputs) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name).addAllNode(nodes);
    outputs.forEach(output -> graph.addOutput(ValueInfoProto.newBuilder().setName(output)));
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  private static AttributeProto number(String name, long number) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INT)
        .setI(number)
        .build();
  }

  /** A constant of int64: a scalar if rank is 0, a list of one otherwise. */
  private String integers(int rank, long number) {
    TensorProto.Builder tensor = TensorProto.newBuilder().addInt64Data(number);
    return constant(rank > 0 ? tensor.addDims(1) : tensor);
  }

  private String constant(TensorProto.Builder tensor) {
    String output = names.get();
    into.add(
        node("Constant", output)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeType.TENSOR)
                    .setT(tensor.setDataType(DataType.INT64_VALUE)))
            .build());
    return output;
  }

  private String add(String operator, String... inputs) {
    String output = names.get();
    into.add(node(operator, output, inputs).build());
    return output;
  }

  private static NodeProto.Builder node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }
}
