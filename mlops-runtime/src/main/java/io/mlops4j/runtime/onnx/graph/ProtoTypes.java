package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import io.mlops4j.model.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The types of ONNX files. */
public final class ProtoTypes {
  // Types of ONNX 1.18 and later, which the messages do not know yet.
  private static final int FLOAT4E2M1 = 23;
  private static final int FLOAT8E8M0 = 24;
  private static final int UINT2 = 25;
  private static final int INT2 = 26;

  private ProtoTypes() {}

  /**
   * Returns the element type of a number in a file.
   *
   * @param dataType a number of {@code TensorProto.DataType}
   * @return empty for types without a Java form, such as complex, float8 and int4
   */
  public static Optional<ElementType> element(int dataType) {
    return Arrays.stream(ElementType.values())
        .filter(type -> of(type).getNumber() == dataType)
        .findFirst();
  }

  /**
   * Returns the file's form of an element type.
   *
   * @param type an element type
   * @return the same type
   */
  public static DataType of(ElementType type) {
    return switch (type) {
      case FLOAT32 -> DataType.FLOAT;
      case FLOAT64 -> DataType.DOUBLE;
      default -> DataType.valueOf(type.name());
    };
  }

  /** A name for messages, for example {@code float32} or {@code float8e4m3fn}. */
  static String name(int dataType) {
    return element(dataType).map(ElementType::toString).orElseGet(() -> nameInFiles(dataType));
  }

  private static String nameInFiles(int dataType) {
    DataType type = DataType.forNumber(dataType);
    return switch (dataType) {
      case FLOAT4E2M1 -> "float4e2m1";
      case FLOAT8E8M0 -> "float8e8m0";
      case UINT2 -> "uint2";
      case INT2 -> "int2";
      default -> type == null ? "type " + dataType : type.name().toLowerCase(Locale.ROOT);
    };
  }

  /**
   * Describes a type for people, for example {@code sequence(tensor(float32))}.
   *
   * @param type any type
   * @return a text for messages
   */
  public static String text(TypeProto type) {
    return switch (type.getValueCase()) {
      case TENSOR_TYPE -> "tensor(" + name(type.getTensorType().getElemType()) + ")";
      case SPARSE_TENSOR_TYPE ->
          "sparse_tensor(" + name(type.getSparseTensorType().getElemType()) + ")";
      case SEQUENCE_TYPE -> "sequence(" + text(type.getSequenceType().getElemType()) + ")";
      case OPTIONAL_TYPE -> "optional(" + text(type.getOptionalType().getElemType()) + ")";
      case MAP_TYPE ->
          "map("
              + name(type.getMapType().getKeyType())
              + ", "
              + text(type.getMapType().getValueType())
              + ")";
      case OPAQUE_TYPE -> "opaque(" + type.getOpaqueType().getName() + ")";
      case VALUE_NOT_SET -> "no type";
    };
  }

  /**
   * The bytes of a tensor's elements in a file; small types lie packed.
   *
   * @return empty for text and for types of unknown width
   */
  static OptionalLong bytes(int dataType, long elements) {
    Optional<ElementType> known = element(dataType).filter(type -> type != ElementType.STRING);
    if (known.isPresent()) {
      return OptionalLong.of(ElementTypes.elements(elements, known.get().bytes()));
    }
    return switch (dataType) {
      case DataType.COMPLEX64_VALUE -> OptionalLong.of(ElementTypes.elements(elements, 8));
      case DataType.COMPLEX128_VALUE -> OptionalLong.of(ElementTypes.elements(elements, 16));
      case DataType.FLOAT8E4M3FN_VALUE,
          DataType.FLOAT8E4M3FNUZ_VALUE,
          DataType.FLOAT8E5M2_VALUE,
          DataType.FLOAT8E5M2FNUZ_VALUE,
          FLOAT8E8M0 ->
          OptionalLong.of(elements);
      case DataType.UINT4_VALUE, DataType.INT4_VALUE, FLOAT4E2M1 ->
          OptionalLong.of(elements / 2 + elements % 2);
      case UINT2, INT2 -> OptionalLong.of(elements / 4 + (elements % 4 == 0 ? 0 : 1));
      default -> OptionalLong.empty();
    };
  }
}
