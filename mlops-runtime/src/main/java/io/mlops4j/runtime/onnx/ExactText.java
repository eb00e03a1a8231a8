package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors of text without altering it.
 *
 * <p>ONNX Runtime's Java API takes text in the JVM's own form of UTF-8, which differs from UTF-8
 * for U+0000 and for all beyond U+FFFF, emoji among them: a model does not find such words in its
 * vocabulary and silently gives another answer. Such text becomes the constant of a small model,
 * whose run returns the tensor. That costs some 0.2 ms a call.
 */
final class ExactText {
  private static final String NAME = "text";

  private ExactText() {}

  /** Returns whether the Java API would alter any value. */
  static boolean isNeeded(@Nullable String[] values) {
    for (String value : values) {
      if (value != null && isNeeded(value)) {
        return true;
      }
    }
    return false;
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
    try (OrtSession session = SmallModel.session(environment, constant(values, dims))) {
      return (OnnxTensor) session.run(Map.of()).get(0);
    }
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
