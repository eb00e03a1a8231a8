package io.mlops4j.runtime.onnx;

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
import java.util.Random;

/** Models whose weights are large enough to lie in a file of their own. */
final class CacheModels {
  private CacheModels() {}

  /** {@code y[N,64] = x[N,64] w}, with weights of a seed. */
  static Path matmul(Path file, int seed) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("matmul")
            .addInput(value("x", 0, 64))
            .addOutput(value("y", 0, 64))
            .addInitializer(weights("w", seed, 64, 64))
            .addNode(node("MatMul", "y", "x", "w"))
            .build();
    return write(file, graph);
  }

  /** Two convolutions, which ONNX Runtime lays out for the CPU's registers, and an average. */
  static Path convolutions(Path file) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("convolutions")
            .addInput(value("x", 0, 16, 8, 8))
            .addOutput(value("y", 0, 32, 1, 1))
            .addInitializer(weights("w1", 1, 32, 16, 3, 3))
            .addInitializer(weights("b1", 2, 32))
            .addInitializer(weights("w2", 3, 32, 32, 3, 3))
            .addNode(node("Conv", "c1", "x", "w1", "b1"))
            .addNode(node("Relu", "r1", "c1"))
            .addNode(node("Conv", "c2", "r1", "w2"))
            .addNode(node("GlobalAveragePool", "y", "c2"))
            .build();
    return write(file, graph);
  }

  /** A branch with large weights inside, chosen by the sign of the sum. */
  static Path branches(Path file) throws IOException {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName("branches")
            .addInput(value("x", 0, 64))
            .addOutput(value("y", 0, 64))
            .addInitializer(
                TensorProto.newBuilder()
                    .setName("zero")
                    .setDataType(TensorProto.DataType.FLOAT_VALUE)
                    .addFloatData(0))
            .addNode(
                node("ReduceSum", "sum", "x").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(0)))
            .addNode(node("Greater", "positive", "sum", "zero"))
            .addNode(
                node("If", "y", "positive").toBuilder()
                    .addAttribute(branch("then_branch", "a", 5))
                    .addAttribute(branch("else_branch", "b", 6)))
            .build();
    return write(file, graph);
  }

  private static AttributeProto branch(String name, String prefix, int seed) {
    GraphProto graph =
        GraphProto.newBuilder()
            .setName(name)
            .addInitializer(weights(prefix + "_w", seed, 64, 64))
            .addNode(node("MatMul", prefix + "_y", "x", prefix + "_w"))
            .addOutput(value(prefix + "_y", 0, 64))
            .build();
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  static NodeProto node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static TensorProto weights(String name, int seed, long... shape) {
    int count = 1;
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
    for (long dim : shape) {
      tensor.addDims(dim);
      count *= (int) dim;
    }
    ByteBuffer values = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      values.putFloat((float) random.nextGaussian());
    }
    return tensor.setRawData(ByteString.copyFrom(values.flip())).build();
  }

  static ValueInfoProto value(String name, long... shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (long dim : shape) {
      TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
      dims.addDim(dim == 0 ? one.setDimParam("N") : one.setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(dims)))
        .build();
  }

  /** A number that is a tensor of no dimensions. */
  static TensorProto constant(String name, float value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT_VALUE)
        .addFloatData(value)
        .build();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static Path write(Path file, GraphProto graph) throws IOException {
    return Files.write(file, model(graph));
  }

  static byte[] model(GraphProto graph) {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }
}
