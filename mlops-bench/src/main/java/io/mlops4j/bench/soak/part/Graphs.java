package io.mlops4j.bench.soak.part;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small models of which anybody can tell the answer. */
public final class Graphs {
  public static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();
  public static final int INT32 = TensorProto.DataType.INT32.getNumber();
  public static final int INT64 = TensorProto.DataType.INT64.getNumber();
  public static final int STRING = TensorProto.DataType.STRING.getNumber();
  public static final int BOOL = TensorProto.DataType.BOOL.getNumber();
  public static final int DOUBLE = TensorProto.DataType.DOUBLE.getNumber();

  private Graphs() {}

  /** Into a file. */
  public static Path save(Path folder, String name, ModelProto model) throws IOException {
    return Files.write(folder.resolve(name + ".onnx"), model.toByteArray());
  }

  /** {@code y = 2x + 1}, a value a row. */
  public static ModelProto line() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(floats("two", 2))
            .addInitializer(floats("one", 1))
            .addNode(node("Mul", "twice", "x", "two"))
            .addNode(node("Add", "y", "twice", "one")));
  }

  /** {@code y = x + turns}, one row, by a loop of so many turns. */
  public static ModelProto turns() {
    TensorProto yes =
        TensorProto.newBuilder()
            .setName("yes")
            .setDataType(BOOL)
            .setRawData(ByteString.copyFrom(new byte[] {1}))
            .build();
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addInput(value("turns", INT64))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(yes)
            .addNode(
                node("Loop", "y", "turns", "yes", "x").toBuilder().addAttribute(countingBody())));
  }

  /** The body of a loop that adds 1 to its only value, each turn. */
  public static AttributeProto countingBody() {
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(value("turn", INT64))
            .addInput(value("go", BOOL))
            .addInput(value("v", FLOAT, "N"))
            .addOutput(value("go_on", BOOL))
            .addOutput(value("v_next", FLOAT, "N"))
            .addInitializer(floats("one", 1))
            .addNode(node("Identity", "go_on", "go"))
            .addNode(node("Add", "v_next", "v", "one"));
    return AttributeProto.newBuilder()
        .setName("body")
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(body)
        .build();
  }

  /** {@code y} is the sum of a row of any length. */
  public static ModelProto sums() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N", "L"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(longs("axis", 1))
            .addNode(
                node("ReduceSum", "y", "x", "axis").toBuilder()
                    .addAttribute(number("keepdims", 0))));
  }

  /** Gives back a value of each of five types. */
  public static ModelProto same() {
    GraphProto.Builder graph = GraphProto.newBuilder();
    List<String> names = List.of("d", "i", "l", "b", "s");
    List<Integer> types = List.of(DOUBLE, INT32, INT64, BOOL, STRING);
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      graph
          .addInput(value(name, types.get(i), "N"))
          .addOutput(value(name + "_same", types.get(i), "N"))
          .addNode(node("Identity", name + "_same", name));
    }
    return model(graph);
  }

  /** Gives text back. */
  public static ModelProto text() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("s", STRING, "N"))
            .addOutput(value("t", STRING, "N"))
            .addNode(node("Identity", "t", "s")));
  }

  /**
   * {@code y = x + size}, by products of constant squares, in which all values are the same, that
   * leave the square as it is.
   */
  public static ModelProto products(int size, int products) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, "N"))
            .addOutput(value("y", FLOAT, "N"))
            .addInitializer(longs("square", size, size))
            .addNode(
                node("ConstantOfShape", "p0", "square").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("value")
                            .setType(AttributeProto.AttributeType.TENSOR)
                            .setT(floats("share", 1f / size))));
    for (int i = 0; i < products; i++) {
      graph.addNode(node("MatMul", "p" + (i + 1), "p0", "p" + i));
    }
    return model(
        graph
            .addNode(
                node("ReduceSum", "sum", "p" + products).toBuilder()
                    .addAttribute(number("keepdims", 0)))
            .addNode(node("Add", "y", "x", "sum")));
  }

  /** {@link #line} with its factor in a file. */
  public static ModelProto external(String location) {
    ModelProto.Builder model = line().toBuilder();
    model
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .clearRawData()
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            ai.onnx.proto.OnnxMl.StringStringEntryProto.newBuilder()
                .setKey("location")
                .setValue(location));
    return model.build();
  }

  public static ModelProto model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph.setName("graph"))
        .build();
  }

  public static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  public static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  public static ValueInfoProto value(String name, int type, String... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String dim : dims) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }

  public static TensorProto floats(String name, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(FLOAT)
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  public static TensorProto longs(String name, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(INT64)
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  /** The bytes that external data of {@link #external} are to have. */
  public static byte[] externalFactor() {
    return floats("two", 2).getRawData().toByteArray();
  }
}
