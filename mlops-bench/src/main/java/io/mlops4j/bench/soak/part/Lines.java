package io.mlops4j.bench.soak.part;

import static io.mlops4j.bench.soak.part.Graphs.FLOAT;
import static io.mlops4j.bench.soak.part.Graphs.INT64;
import static io.mlops4j.bench.soak.part.Graphs.floats;
import static io.mlops4j.bench.soak.part.Graphs.longs;
import static io.mlops4j.bench.soak.part.Graphs.model;
import static io.mlops4j.bench.soak.part.Graphs.node;
import static io.mlops4j.bench.soak.part.Graphs.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;

/** Versions of {@code y = ax + b}, whose answers can be computed by hand, and bad ones. */
public final class Lines {
  /** Minutes of turns: a self-test must not come to its end within the limit of a trial. */
  private static final long MANY = 200_000_000;

  private Lines() {}

  public static ModelProto of(float a, float b) {
    return of("x", a, b);
  }

  /** With another input than the others. */
  public static ModelProto withOtherInput(float a, float b) {
    return of("z", a, b);
  }

  private static ModelProto of(String input, float a, float b) {
    return model(
        GraphProto.newBuilder()
            .addInput(value(input, FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(floats("a", a))
            .addInitializer(floats("b", b))
            .addNode(node("Mul", "ax", input, "a"))
            .addNode(node("Add", "y", "ax", "b")));
  }

  /** No engine has its operator. */
  public static ModelProto withoutEngine() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addNode(node("NoSuchOperator", "y", "x")));
  }

  /** Takes very long to answer. */
  public static ModelProto slow() {
    AttributeProto body = Graphs.countingBody();
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(longs("turns", MANY))
            .addNode(node("Squeeze", "count", "turns"))
            .addNode(node("Loop", "y", "count", "", "x").toBuilder().addAttribute(body)));
  }

  /**
   * Answers {@code answer}, and fails for x that is {@code limit} or more, because it then looks
   * for a second entry of a table of one.
   */
  public static ModelProto failingFrom(float limit, float answer) {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(floats("limit", limit))
            .addInitializer(floats("table", answer))
            .addNode(node("Div", "share", "x", "limit"))
            .addNode(
                node("Cast", "index", "share").toBuilder().addAttribute(Graphs.number("to", INT64)))
            .addNode(node("Gather", "y", "table", "index")));
  }
}
