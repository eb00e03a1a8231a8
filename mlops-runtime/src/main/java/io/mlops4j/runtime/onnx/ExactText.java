package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of text as it is.
 *
 * <p>ONNX Runtime's Java API takes text in the JVM's own form of UTF-8, which differs from UTF-8
 * for U+0000 and for all beyond U+FFFF, emoji among them: a model does not find such words in its
 * vocabulary, and answers something else without a word. Such text goes in as the constant of a
 * model of its own, whose run gives the tensor; that costs some 0.2 ms a call.
 */
final class ExactText {
  private static final String NAME = "text";
  private static final int IR_VERSION = 8;
  private static final int OPSET = 20;
  private static final int ML_OPSET = 3;

  /** The sets of operators beside ONNX's own that {@link #session} knows. */
  static final String ML = "ai.onnx.ml";

  static final String MICROSOFT = "com.microsoft";

  private ExactText() {}

  /** Whether the Java API would change any of it. */
  static boolean isNeeded(@Nullable String[] values) {
    for (String value : values) {
      if (value != null && isNeeded(value)) {
        return true;
      }
    }
    return false;
  }

  /** Adds the characters of a text that the Java API would change, each once. */
  static void addCharacters(String text, Set<String> to) {
    text.codePoints()
        .filter(c -> c == 0 || Character.isSupplementaryCodePoint(c))
        .mapToObj(Character::toString)
        .forEach(to::add);
  }

  private static boolean isNeeded(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  /** A tensor, which the caller closes. */
  static OnnxTensor tensor(OrtEnvironment environment, String[] values, long[] dims)
      throws OrtException {
    try (OrtSession session = session(environment, constant(values, dims))) {
      return (OnnxTensor) session.run(Map.of()).get(0);
    }
  }

  /** Opens a small graph, which the caller closes. */
  static OrtSession session(OrtEnvironment environment, GraphProto.Builder graph)
      throws OrtException {
    byte[] model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(ML).setVersion(ML_OPSET))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
            .setGraph(graph)
            .build()
            .toByteArray();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(false);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return environment.createSession(model, options);
    }
  }

  /** Of any rank. */
  static ValueInfoProto value(String name, DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }

  /** A graph whose only output is an initialiser. */
  private static GraphProto.Builder constant(String[] values, long[] dims) {
    TensorProto.Builder constant =
        TensorProto.newBuilder().setName(NAME).setDataType(DataType.STRING_VALUE);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      constant.addDims(dim);
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    for (String value : values) {
      constant.addStringData(ByteString.copyFromUtf8(value));
    }
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(DataType.STRING_VALUE).setShape(shape);
    ValueInfoProto.Builder output =
        ValueInfoProto.newBuilder()
            .setName(NAME)
            .setType(TypeProto.newBuilder().setTensorType(type));
    return GraphProto.newBuilder().setName(NAME).addInitializer(constant).addOutput(output);
  }
}
