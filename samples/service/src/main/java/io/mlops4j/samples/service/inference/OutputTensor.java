package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.inference.Prediction;
import java.io.IOException;

/** One output of a prediction, valid until the prediction is closed. */
public final class OutputTensor {
  private final String name;
  private final DataType type;
  private final long[] shape;
  private final OutputElements elements;

  private OutputTensor(String name, DataType type, long[] shape, OutputElements elements) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.elements = elements;
  }

  static OutputTensor of(Prediction prediction, String name, DataType type) {
    return new OutputTensor(
        name, type, prediction.shape(name), OutputElements.of(prediction, name, type));
  }

  /** Returns the output's name. */
  public String name() {
    return name;
  }

  public DataType type() {
    return type;
  }

  /** Returns the shape that the model returned; not a copy. */
  public long[] shape() {
    return shape;
  }

  /** Writes the elements as a flat array. */
  void write(JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (int i = 0; i < elements.count(); i++) {
      elements.write(json, i);
    }
    json.writeEndArray();
  }

  /** Returns a copy of the elements as little-endian memory. */
  public byte[] raw() {
    return elements.raw();
  }
}
