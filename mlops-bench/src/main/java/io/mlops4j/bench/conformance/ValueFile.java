package io.mlops4j.bench.conformance;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.mlops4j.model.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the files {@code input_0.pb}, {@code output_0.pb} and so on. The messages of sequences and
 * optional values, of which no Java classes are published, are read by the numbers of their fields.
 */
final class ValueFile {
  /** {@code tensor_values} of a sequence, {@code tensor_value} of an optional value. */
  private static final int TENSORS = 3;

  /** {@code sequence_value} of an optional value. */
  private static final int SEQUENCE = 5;

  private ValueFile() {}

  /**
   * Reads a value.
   *
   * @param type as the model declares it
   * @throws IOException if the file is missing or damaged
   * @throws NotCompared if it holds what Java has no type for
   */
  static Value read(Path file, TypeProto type) throws IOException, NotCompared {
    if (!Files.exists(file)) {
      throw new IOException(file + ": is missing");
    }
    try {
      return value(ByteString.copyFrom(Files.readAllBytes(file)), type);
    } catch (IOException | ArithmeticException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Value value(ByteString bytes, TypeProto type) throws IOException, NotCompared {
    return switch (type.getValueCase()) {
      case TENSOR_TYPE -> Value.of(tensor(bytes, type.getTensorType().getElemType()));
      case SEQUENCE_TYPE -> sequence(bytes, type.getSequenceType().getElemType());
      case OPTIONAL_TYPE -> element(bytes, type.getOptionalType().getElemType());
      default ->
          throw new NotCompared("found a " + type.getValueCase() + ", which is not compared");
    };
  }

  private static Value sequence(ByteString bytes, TypeProto type) throws IOException, NotCompared {
    List<Tensor> tensors = new ArrayList<>();
    for (ByteString element : fields(bytes, TENSORS)) {
      tensors.addAll(value(element, type).tensors());
    }
    return Value.sequence(tensors);
  }

  private static Value element(ByteString bytes, TypeProto type) throws IOException, NotCompared {
    List<ByteString> present = fields(bytes, type.hasTensorType() ? TENSORS : SEQUENCE);
    if (present.isEmpty()) {
      throw new NotCompared("found an absent value, which is not compared");
    }
    return value(present.get(0), type);
  }

  private static List<ByteString> fields(ByteString message, int number) throws IOException {
    return UnknownFieldSet.parseFrom(message).getField(number).getLengthDelimitedList();
  }

  private static Tensor tensor(ByteString bytes, int declared) throws IOException, NotCompared {
    TensorProto proto = TensorProto.parseFrom(bytes);
    ElementType type = type(proto.getDataType(), declared);
    long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    List<String> texts = proto.getStringDataList().stream().map(ByteString::toStringUtf8).toList();
    Tensor tensor =
        type == ElementType.STRING
            ? Tensor.ofText(shape, texts)
            : Tensor.of(type, shape, elements(proto, type));
    int found = type == ElementType.STRING ? texts.size() : tensor.bits().limit() / type.bytes();
    if (found != tensor.count()) {
      throw new IOException("found " + found + " elements, expected those of " + tensor);
    }
    return tensor;
  }

  /** The project writes bfloat16 as uint16, which has room for its bits. */
  private static ElementType type(int written, int declared) throws NotCompared {
    boolean bits = written == DataType.UINT16_VALUE && declared == DataType.BFLOAT16_VALUE;
    DataType named = DataType.forNumber(bits ? declared : written);
    String name = named == null ? "type " + written : named.name();
    return Tensor.type(name)
        .orElseThrow(
            () -> new NotCompared("found a tensor of " + name + ", which is not compared"));
  }

  private static byte[] elements(TensorProto proto, ElementType type) {
    if (proto.hasRawData()) {
      return proto.getRawData().toByteArray();
    }
    int count =
        proto.getFloatDataCount()
            + proto.getDoubleDataCount()
            + proto.getInt32DataCount()
            + proto.getInt64DataCount()
            + proto.getUint64DataCount();
    // As large as the largest of its fields, so that a damaged file is no overflow.
    ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    proto.getFloatDataList().forEach(bytes::putFloat);
    proto.getDoubleDataList().forEach(bytes::putDouble);
    proto.getInt32DataList().forEach(value -> put(bytes, type, value));
    proto.getInt64DataList().forEach(bytes::putLong);
    proto.getUint64DataList().forEach(value -> put(bytes, type, value));
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Smaller types stand in fields of larger ones. */
  private static void put(ByteBuffer bytes, ElementType type, long value) {
    switch (type.bytes()) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      case 4 -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
  }
}
