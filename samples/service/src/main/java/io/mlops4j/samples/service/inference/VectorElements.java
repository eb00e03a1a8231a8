package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VariableWidthFieldVector;

/** Elements of any type as a view, which is valid until the prediction is closed. */
record VectorElements(String name, DataType type, FieldVector values) implements OutputElements {
  @Override
  public int count() {
    return values.getValueCount();
  }

  @Override
  public void write(JsonGenerator json, int i) throws IOException {
    ArrowBuf data = values.getDataBuffer();
    switch (type) {
      case BOOL -> json.writeBoolean(((BitVector) values).get(i) != 0);
      case UINT8 -> json.writeNumber(data.getByte(i) & 0xff);
      case UINT16 -> json.writeNumber(data.getShort(2L * i) & 0xffff);
      case UINT32 -> json.writeNumber(data.getInt(4L * i) & 0xffff_ffffL);
      case UINT64 -> json.writeNumber(Long.toUnsignedString(data.getLong(8L * i)));
      case INT8 -> json.writeNumber(data.getByte(i));
      case INT16 -> json.writeNumber(data.getShort(2L * i));
      case INT32 -> json.writeNumber(data.getInt(4L * i));
      case INT64 -> json.writeNumber(data.getLong(8L * i));
      case FP16 -> json.writeNumber((float) finite(Float16.toFloat(data.getShort(2L * i)), i));
      case FP32 -> json.writeNumber((float) finite(data.getFloat(4L * i), i));
      case FP64 -> json.writeNumber(finite(data.getDouble(8L * i), i));
      case BYTES -> json.writeString(new String(text(i), StandardCharsets.UTF_8));
    }
  }

  private double finite(double value, int i) {
    return OutputElements.finite(name, value, i);
  }

  private byte[] text(int i) {
    return ((VariableWidthFieldVector) values).get(i);
  }

  @Override
  public byte[] raw() {
    return switch (type) {
      case BYTES -> texts();
      case BOOL -> {
        byte[] raw = new byte[count()];
        for (int i = 0; i < raw.length; i++) {
          raw[i] = (byte) ((BitVector) values).get(i);
        }
        yield raw;
      }
      default -> {
        byte[] raw = new byte[count() * type.bytes()];
        values.getDataBuffer().getBytes(0, raw);
        yield raw;
      }
    };
  }

  private byte[] texts() {
    int size = 0;
    for (int i = 0; i < count(); i++) {
      size += 4 + text(i).length;
    }
    ByteBuffer raw = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count(); i++) {
      byte[] text = text(i);
      raw.putInt(text.length).put(text);
    }
    return raw.array();
  }
}
