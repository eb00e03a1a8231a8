package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Converts between ONNX Runtime's element types and this library's. */
final class TensorTypes {
  private static final String PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

  private TensorTypes() {}

  /** Empty for types that Java has no form for: complex, float8, int4. */
  static Optional<ElementType> of(OnnxTensorType type) {
    String name = type.name().substring(PREFIX.length());
    return ProtoTypes.element(DataType.valueOf(name).getNumber());
  }

  /**
   * The type of keys, values and elements inside sequences and maps, which ONNX Runtime reports
   * only as Java types.
   */
  static Optional<ElementType> of(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> Optional.of(ElementType.FLOAT32);
      case DOUBLE -> Optional.of(ElementType.FLOAT64);
      case UNKNOWN -> Optional.empty();
      default -> Optional.of(ElementType.valueOf(type.name()));
    };
  }

  /** Whether a shape fits the declared one. */
  static boolean fits(TensorSpec declared, long[] dims) {
    boolean fits = declared.anyRank() || declared.shape().size() == dims.length;
    for (int i = 0; fits && i < dims.length; i++) {
      fits =
          dims[i] >= 0
              && (declared.anyRank() || declared.shape().get(i).size().orElse(dims[i]) == dims[i]);
    }
    return fits;
  }

  /**
   * Makes a tensor over given memory, without a copy.
   *
   * @param bytes direct, native order, exactly as long as the tensor; outlives it
   */
  static OnnxTensor over(ByteBuffer bytes, OrtEnvironment env, ElementType type, long[] dims)
      throws OrtException {
    return switch (type) {
      case FLOAT32 -> OnnxTensor.createTensor(env, bytes.asFloatBuffer(), dims);
      case FLOAT64 -> OnnxTensor.createTensor(env, bytes.asDoubleBuffer(), dims);
      case INT32 -> OnnxTensor.createTensor(env, bytes.asIntBuffer(), dims);
      case INT64 -> OnnxTensor.createTensor(env, bytes.asLongBuffer(), dims);
      case INT16 -> OnnxTensor.createTensor(env, bytes.asShortBuffer(), dims);
      case FLOAT16 ->
          OnnxTensor.createTensor(env, bytes.asShortBuffer(), dims, OnnxJavaType.FLOAT16);
      case BFLOAT16 ->
          OnnxTensor.createTensor(env, bytes.asShortBuffer(), dims, OnnxJavaType.BFLOAT16);
      case INT8 -> OnnxTensor.createTensor(env, bytes, dims, OnnxJavaType.INT8);
      case UINT8 -> OnnxTensor.createTensor(env, bytes, dims, OnnxJavaType.UINT8);
      case BOOL -> OnnxTensor.createTensor(env, bytes, dims, OnnxJavaType.BOOL);
      case UINT16, UINT32, UINT64, STRING ->
          throw new IllegalArgumentException("type: found " + type + ", expected one to pin");
    };
  }
}
