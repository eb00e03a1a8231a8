package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.inference.Prediction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.vector.FieldVector;

/**
 * The elements of an output, row-major. The common types are read as arrays, which takes less time
 * than a vector.
 */
sealed interface OutputElements
    permits VectorElements, OutputElements.Floats, OutputElements.Doubles, OutputElements.Longs {
  static OutputElements of(Prediction prediction, String name, DataType type) {
    return switch (type) {
      case FP32 -> new Floats(name, prediction.floats(name));
      case FP64 -> new Doubles(name, prediction.doubles(name));
      case INT64 -> new Longs(prediction.longs(name));
      default -> {
        FieldVector values = prediction.tensor(name).values();
        yield new VectorElements(name, type, values);
      }
    };
  }

  int count();

  /** Writes an element. */
  void write(JsonGenerator json, int i) throws IOException;

  /** Returns a copy as little-endian memory. */
  byte[] raw();

  /** JSON has no NaN. */
  static double finite(String name, double value, int i) {
    if (!Double.isFinite(value)) {
      throw Problem.unsupported(
          "output \"%s\": found %s as element %d, which JSON cannot hold; request binary data"
              .formatted(name, value, i));
    }
    return value;
  }

  /** Of type FP32. */
  final class Floats implements OutputElements {
    private final String name;
    private final float[] values;

    Floats(String name, float[] values) {
      this.name = name;
      this.values = values;
    }

    @Override
    public int count() {
      return values.length;
    }

    @Override
    public void write(JsonGenerator json, int i) throws IOException {
      json.writeNumber((float) finite(name, values[i], i));
    }

    @Override
    public byte[] raw() {
      byte[] raw = new byte[4 * values.length];
      ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
      return raw;
    }
  }

  /** Of type FP64. */
  final class Doubles implements OutputElements {
    private final String name;
    private final double[] values;

    Doubles(String name, double[] values) {
      this.name = name;
      this.values = values;
    }

    @Override
    public int count() {
      return values.length;
    }

    @Override
    public void write(JsonGenerator json, int i) throws IOException {
      json.writeNumber(finite(name, values[i], i));
    }

    @Override
    public byte[] raw() {
      byte[] raw = new byte[8 * values.length];
      ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(values);
      return raw;
    }
  }

  /** Of type INT64. */
  final class Longs implements OutputElements {
    private final long[] values;

    Longs(long[] values) {
      this.values = values;
    }

    @Override
    public int count() {
      return values.length;
    }

    @Override
    public void write(JsonGenerator json, int i) throws IOException {
      json.writeNumber(values[i]);
    }

    @Override
    public byte[] raw() {
      byte[] raw = new byte[8 * values.length];
      ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
      return raw;
    }
  }
}
