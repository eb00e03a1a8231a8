package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Adds the nodes that guards consist of in front of the guarded node. */
final class GuardNodes {
  private final List<NodeProto> into;
  private final Supplier<String> names;
  private String named = "";

  /**
   * @param into the list that nodes are added to
   * @param names new names of values
   */
  GuardNodes(List<NodeProto> into, Supplier<String> names) {
    this.into = into;
    this.names = names;
  }

  /** Returns an instance that adds to another list, with names from the same supply. */
  GuardNodes branch() {
    return new GuardNodes(new ArrayList<>(), names);
  }

  /** Sets the beginning of the names of nodes added from now on; empty for no names. */
  void named(String beginning) {
    named = beginning;
  }

  List<NodeProto> nodes() {
    return into;
  }

  String name() {
    return names.get();
  }

  /** Adds a node with one output and returns the name of that output. */
  String add(String operator, String... inputs) {
    return add(node(operator, names.get(), inputs));
  }

  String add(NodeProto.Builder node) {
    if (!named.isEmpty()) {
      node.setName(named + node.getOutput(0));
    }
    into.add(node.build());
    return node.getOutput(0);
  }

  static NodeProto.Builder node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  static AttributeProto number(String name, long number) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INT)
        .setI(number)
        .build();
  }

  String cast(String value, int type) {
    return add(node("Cast", names.get(), value).addAttribute(number("to", type)));
  }

  String concat(int axis, String... values) {
    return add(node("Concat", names.get(), values).addAttribute(number("axis", axis)));
  }

  /** Adds a constant of int64 without dimensions. */
  String scalar(long number) {
    return constant(integers().addInt64Data(number));
  }

  /** Adds a constant of int64 with one dimension. */
  String list(Long... numbers) {
    return constant(integers().addDims(numbers.length).addAllInt64Data(List.of(numbers)));
  }

  /** Adds a constant list of one text. */
  String text(ByteString text) {
    return constant(
        TensorProto.newBuilder().setDataType(DataType.STRING_VALUE).addDims(1).addStringData(text));
  }

  private String constant(TensorProto.Builder tensor) {
    return add(
        node("Constant", names.get())
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeType.TENSOR)
                    .setT(tensor)));
  }

  private static TensorProto.Builder integers() {
    return TensorProto.newBuilder().setDataType(DataType.INT64_VALUE);
  }

  String isEmpty(String data) {
    return add("Equal", add("Size", data), scalar(0));
  }

  /**
   * Returns the same value with one element and no dimension; fails the run for any other count.
   */
  String one(String value, String reason) {
    return add(node("Reshape", names.get(), value, list()).setName(names.get() + " " + reason));
  }

  /**
   * Returns the same value, and fails the run if any of the conditions is true: the value's new
   * shape then has a dimension of -2.
   *
   * @param conditions a list of bool
   * @param count how many conditions there are
   */
  String unless(String conditions, int count, String value, String shape, String reason) {
    String wrong = list(Collections.nCopies(count, -2L).toArray(Long[]::new));
    String extended = concat(0, shape, add("Compress", wrong, conditions));
    return add(node("Reshape", names.get(), value, extended).setName(names.get() + " " + reason));
  }

  /**
   * Returns a node with the outputs of a given node if a condition is false, and other values if it
   * is true.
   */
  NodeProto either(
      NodeProto.Builder node, int outputs, String condition, GuardNodes other, List<String> then) {
    NodeProto.Builder either = NodeProto.newBuilder().setOpType("If").addInput(condition);
    NodeProto.Builder whole = node.clone().clearOutput();
    for (int i = 0; i < outputs; i++) {
      boolean named = i < node.getOutputCount() && !node.getOutput(i).isEmpty();
      either.addOutput(named ? node.getOutput(i) : names.get());
      whole.addOutput(names.get());
    }
    return either
        .addAttribute(graph("then_branch", other.into, then))
        .addAttribute(graph("else_branch", List.of(whole.build()), whole.getOutputList()))
        .build();
  }

  private static AttributeProto graph(String name, List<NodeProto> nodes, List<String> outputs) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name).addAllNode(nodes);
    outputs.forEach(output -> graph.addOutput(ValueInfoProto.newBuilder().setName(output)));
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.GRAPH)
        .setG(graph)
        .build();
  }
}
