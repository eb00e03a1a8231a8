package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ElementType;
import java.util.Arrays;
import java.util.Optional;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Converts between TensorFlow's element types and this library's. */
final class DataTypes {
  /**
   * The difference between the number of a type and that of a reference to a variable of the type.
   */
  private static final int REFERENCE = 100;

  private DataTypes() {}

  /** Returns empty for types that no column can hold: complex, quantised, resource, variant. */
  static Optional<ElementType> of(int type) {
    return Arrays.stream(ElementType.values()).filter(known -> of(known) == type).findFirst();
  }

  static int of(ElementType type) {
    return switch (type) {
      case FLOAT16 -> tensorflow.TF_HALF;
      case BFLOAT16 -> tensorflow.TF_BFLOAT16;
      case FLOAT32 -> tensorflow.TF_FLOAT;
      case FLOAT64 -> tensorflow.TF_DOUBLE;
      case INT8 -> tensorflow.TF_INT8;
      case INT16 -> tensorflow.TF_INT16;
      case INT32 -> tensorflow.TF_INT32;
      case INT64 -> tensorflow.TF_INT64;
      case UINT8 -> tensorflow.TF_UINT8;
      case UINT16 -> tensorflow.TF_UINT16;
      case UINT32 -> tensorflow.TF_UINT32;
      case UINT64 -> tensorflow.TF_UINT64;
      case BOOL -> tensorflow.TF_BOOL;
      case STRING -> tensorflow.TF_STRING;
    };
  }

  /** Returns the type of the value, also for a reference to a variable. */
  static int value(int type) {
    return type > REFERENCE ? type - REFERENCE : type;
  }

  /** Returns the size of an element in a tensor's memory. */
  static int bytes(ElementType type) {
    return type == ElementType.STRING ? TextForm.BYTES : type.bytes();
  }
}
