package io.mlops4j.bench.conformance;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * Tensors of uint16, uint32 and uint64. ONNX Runtime's Java API makes none, but a model of one
 * {@code Cast} gives them out of signed ones: so that there is something to compare with.
 */
final class UnsignedInputs implements AutoCloseable {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

  private final OrtEnvironment environment;
  private final Map<ElementType, OrtSession> casts = new EnumMap<>(ElementType.class);

  UnsignedInputs(OrtEnvironment environment) {
    this.environment = environment;
  }

  /** Makes one, which the caller closes. */
  OnnxTensor tensor(ElementType type, ByteBuffer bits, long[] shape) throws OrtException {
    OrtSession cast = casts.get(type);
    if (cast == null) {
      cast = environment.createSession(model(type));
      casts.put(type, cast);
    }
    try (OnnxTensor signed = signed(type, bits, shape)) {
      return (OnnxTensor) cast.run(Map.of("signed", signed)).get(0);
    }
  }

  private OnnxTensor signed(ElementType type, ByteBuffer bits, long[] shape) throws OrtException {
    return switch (type) {
      case UINT16 -> OnnxTensor.createTensor(environment, bits.asShortBuffer(), shape);
      case UINT32 -> OnnxTensor.createTensor(environment, bits.asIntBuffer(), shape);
      default -> OnnxTensor.createTensor(environment, bits.asLongBuffer(), shape);
    };
  }

  private static byte[] model(ElementType type) {
    DataType unsigned = DataType.valueOf(type.name());
    DataType signed = DataType.valueOf(type.name().substring(1));
    NodeProto cast =
        NodeProto.newBuilder()
            .setOpType("Cast")
            .addInput("signed")
            .addOutput("unsigned")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("to")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(unsigned.getNumber()))
            .build();
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .setGraph(
            GraphProto.newBuilder()
                .setName("cast")
                .addNode(cast)
                .addInput(value("signed", signed))
                .addOutput(value("unsigned", unsigned)))
        .build()
        .toByteArray();
  }

  /** Of any rank. */
  private static ValueInfoProto value(String name, DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }

  @Override
  public void close() {
    try {
      for (OrtSession cast : casts.values()) {
        cast.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
