package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;

/** Models of a few operators that this library makes for itself. */
final class SmallModel {
  /** An operator set in addition to ONNX's own. */
  static final String ML = "ai.onnx.ml";

  static final String MICROSOFT = "com.microsoft";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 20;
  private static final int ML_OPSET = 3;

  private SmallModel() {}

  static byte[] of(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(ML).setVersion(ML_OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** Opens a graph on one thread. The caller closes the session. */
  static OrtSession session(OrtEnvironment environment, GraphProto.Builder graph)
      throws OrtException {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false); // an arena would keep the memory of the largest batch
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return environment.createSession(of(graph), options);
    }
  }

  static NodeProto.Builder node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  /** A constant of text. */
  static TensorProto.Builder text(String name, String[] values, long... dims) {
    TensorProto.Builder text =
        TensorProto.newBuilder().setName(name).setDataType(DataType.STRING_VALUE);
    Arrays.stream(dims).forEach(text::addDims);
    Arrays.stream(values).map(ByteString::copyFromUtf8).forEach(text::addStringData);
    return text;
  }

  /** Describes a tensor of any rank. */
  static ValueInfoProto value(String name, DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }
}
