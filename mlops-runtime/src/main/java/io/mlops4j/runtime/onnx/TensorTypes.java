package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Converts between ONNX Runtime's element types and this library's. */
final class TensorTypes {
  private TensorTypes() {}

  /** Empty for types that Java has no form for: complex, float8, int4. */
  static Optional<ElementType> of(OnnxTensorType type) {
    return switch (type) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(ElementType.FLOAT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(ElementType.FLOAT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Optional.of(ElementType.FLOAT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Optional.of(ElementType.BFLOAT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(ElementType.INT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(ElementType.INT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(ElementType.INT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(ElementType.INT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(ElementType.UINT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Optional.of(ElementType.UINT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Optional.of(ElementType.UINT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Optional.of(ElementType.UINT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(ElementType.BOOL);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Optional.of(ElementType.STRING);
      default -> Optional.empty();
    };
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
