package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of an inference request as a stream: the elements go from the parser into Arrow's
 * memory. Members that the protocol does not know are skipped, because it allows extensions.
 */
final class JsonReader {
  private final JsonParser json;
  private final ByteBuffer binary;
  private final InferenceRequest request;

  /**
   * @param binary the bytes after the JSON, which inputs with {@code binary_data_size} consume
   */
  JsonReader(JsonParser json, ByteBuffer binary, InferenceRequest request) {
    this.json = json;
    this.binary = binary;
    this.request = request;
  }

  void read() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw Problem.badInput("body: expected a JSON object with \"inputs\"");
    }
    boolean inputs = false;
    boolean outputs = false;
    boolean parameters = false;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NULL && !member.equals("inputs")) {
        continue; // some clients send null for what they do not set
      }
      switch (member) {
        case "id" -> {
          first("id", request.id().isEmpty());
          request.id(text("id"));
        }
        case "inputs" -> {
          first("inputs", !inputs);
          inputs = true;
          objects("inputs", this::input);
        }
        case "outputs" -> {
          first("outputs", !outputs);
          outputs = true;
          objects("outputs", this::output);
        }
        case "parameters" -> {
          first("parameters", !parameters);
          parameters = true;
          request.binary(parameters("parameters").binaryOutput());
        }
        default -> json.skipChildren();
      }
    }
    if (!inputs) {
      throw Problem.badInput("inputs: found none, expected one for each input of the model");
    }
    if (json.nextToken() != null) {
      throw Problem.badInput("body: found more after the JSON object, expected its end");
    }
    if (binary.hasRemaining()) {
      throw Problem.badInput(
          "body: found %d bytes that belong to no input, expected the sum of all binary_data_size"
              .formatted(binary.remaining()));
    }
  }

  /**
   * The parser does not look for members that are there twice, which takes it as long as parsing.
   */
  private static void first(String member, boolean first) {
    if (!first) {
      throw Problem.badInput(member + ": found twice, expected once");
    }
  }

  private interface Read {
    void read() throws IOException;
  }

  private void objects(String name, Read each) throws IOException {
    expect(name, JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(name, JsonToken.START_OBJECT, "objects");
      each.read();
    }
  }

  private void expect(String name, JsonToken token, String what) throws IOException {
    if (json.currentToken() != token) {
      throw Problem.badInput("%s: found %s, expected %s".formatted(name, found(), what));
    }
  }

  private String found() throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "text";
      default -> json.getText();
    };
  }

  private String text(String name) throws IOException {
    expect(name, JsonToken.VALUE_STRING, "text");
    return json.getText();
  }

  /** Returns a text, which mostly is the expected one, so that it need not be made. */
  private String text(String name, @Nullable String expected) throws IOException {
    expect(name, JsonToken.VALUE_STRING, "text");
    if (expected == null || json.getTextLength() != expected.length()) {
      return json.getText();
    }
    char[] text = json.getTextCharacters();
    int from = json.getTextOffset();
    for (int i = 0; i < expected.length(); i++) {
      if (text[from + i] != expected.charAt(i)) {
        return json.getText();
      }
    }
    return expected;
  }

  private record Parameters(
      @Nullable Integer binarySize, @Nullable Boolean binaryData, boolean binaryOutput) {}

  private boolean truth(String name) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_TRUE) {
      expect(name, JsonToken.VALUE_FALSE, "true or false");
    }
    return json.getBooleanValue();
  }

  private Parameters parameters(String name) throws IOException {
    expect(name, JsonToken.START_OBJECT, "an object");
    Integer size = null;
    Boolean data = null;
    boolean output = false;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "binary_data_size" -> {
          first(member, size == null);
          expect(member, JsonToken.VALUE_NUMBER_INT, "a number of bytes");
          size = json.getIntValue();
        }
        case "binary_data" -> {
          first(member, data == null);
          data = truth(member);
        }
        case "binary_data_output" -> output = truth(member);
        default -> {
          InferenceRequest.checkParameter(member);
          json.skipChildren();
        }
      }
    }
    return new Parameters(size, data, output);
  }

  private void output() throws IOException {
    String name = null;
    Boolean data = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "name" -> {
          first("outputs.name", name == null);
          name = text("outputs.name");
        }
        case "parameters" -> {
          if (json.currentToken() != JsonToken.VALUE_NULL) {
            data = parameters("outputs.parameters").binaryData();
          }
        }
        default -> json.skipChildren();
      }
    }
    request.output(required("outputs.name", name), data);
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw Problem.badInput(name + ": found none, expected one for each tensor");
    }
    return value;
  }

  private void input() throws IOException {
    InputTensor before = request.next();
    String name = null;
    String datatype = null;
    long[] shape = null;
    Integer size = null;
    boolean parameters = false;
    InputTensor tensor = null;
    TokenBuffer early = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "name" -> {
          first("inputs.name", name == null);
          name = text("inputs.name", before == null ? null : before.name());
        }
        case "datatype" -> {
          first("inputs.datatype", datatype == null);
          datatype = text("inputs.datatype", before == null ? null : before.type().name());
        }
        case "shape" -> {
          first("inputs.shape", shape == null);
          shape = shape();
        }
        case "parameters" -> {
          first("inputs.parameters", !parameters);
          parameters = true;
          if (json.currentToken() != JsonToken.VALUE_NULL) {
            size = parameters("inputs.parameters").binarySize();
          }
        }
        case "data" -> {
          first("inputs.data", tensor == null && early == null);
          if (name != null && datatype != null && shape != null) {
            tensor = request.input(name, datatype, shape);
            new Elements(tensor, json).read();
          } else { // members may have any order
            early = new TokenBuffer(json);
            early.copyCurrentStructure(json);
          }
        }
        default -> json.skipChildren();
      }
    }
    if (size != null && (tensor != null || early != null)) {
      throw Problem.badInput(name + ": found both data and binary_data_size, expected one");
    }
    if (tensor != null) {
      return;
    }
    String named = required("inputs.name", name);
    String type = required("inputs.datatype", datatype);
    tensor = request.input(named, type, required("inputs.shape", shape));
    if (size != null) {
      tensor.addRaw(binary(named, size));
      return;
    }
    try (JsonParser data = required(named + ".data", early).asParserOnFirstToken()) {
      new Elements(tensor, data).read();
    }
  }

  private ByteBuffer binary(String name, int size) {
    if (size < 0 || size > binary.remaining()) {
      throw Problem.badInput(
          "%s: found binary_data_size %d, expected at most the %d bytes that follow the JSON"
              .formatted(name, size, binary.remaining()));
    }
    ByteBuffer own = binary.slice(binary.position(), size);
    binary.position(binary.position() + size);
    return own;
  }

  private long[] shape() throws IOException {
    expect("inputs.shape", JsonToken.START_ARRAY, "an array");
    long[] sizes = new long[1]; // nearly all inputs are columns
    int dimensions = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect("inputs.shape", JsonToken.VALUE_NUMBER_INT, "whole numbers");
      if (dimensions == InputTensor.MOST_DIMENSIONS) {
        throw Problem.badInput("inputs.shape: expected at most 32 dimensions");
      }
      if (dimensions == sizes.length) {
        sizes = Arrays.copyOf(sizes, InputTensor.MOST_DIMENSIONS);
      }
      sizes[dimensions++] = json.getLongValue();
    }
    return dimensions == sizes.length ? sizes : Arrays.copyOf(sizes, dimensions);
  }

  /** The elements of a tensor: flat in row-major order, or nested in arrays of its shape. */
  private record Elements(InputTensor tensor, JsonParser json) {
    void read() throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw Problem.badInput("inputs.data: found a single value, expected an array");
      }
      array(0);
    }

    private void array(int depth) throws IOException {
      long[] shape = tensor.shape();
      long arrays = 0;
      long values = 0;
      for (JsonToken token = json.nextToken();
          token != JsonToken.END_ARRAY;
          token = json.nextToken()) {
        if (token == JsonToken.START_ARRAY) {
          arrays++;
          if (depth + 1 >= shape.length) {
            throw wrong("arrays in more dimensions");
          }
          array(depth + 1);
        } else {
          values++;
          value(token);
        }
      }
      boolean nested = depth > 0 || arrays > 0;
      if (nested && (arrays + values != shape[depth] || (values > 0 && depth < shape.length - 1))) {
        throw wrong("an array of %d in dimension %d".formatted(arrays + values, depth));
      }
    }

    private Problem wrong(String found) {
      return Problem.badInput(
          "inputs.data: found %s, expected the shape %s or a flat array"
              .formatted(found, Arrays.toString(tensor.shape())));
    }

    private void value(JsonToken token) throws IOException {
      switch (token) {
        case VALUE_NUMBER_INT -> integer();
        case VALUE_NUMBER_FLOAT -> floating();
        case VALUE_STRING ->
            tensor.add(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
        case VALUE_TRUE -> tensor.add(true);
        case VALUE_FALSE -> tensor.add(false);
        case VALUE_NULL -> throw tensor.wrong("null");
        default -> throw wrong("an object");
      }
    }

    private void floating() throws IOException {
      double value = json.getDoubleValue();
      if (!Double.isFinite(value)) { // 1e999
        throw tensor.wrong(json.getText());
      }
      tensor.add(value);
    }

    private void integer() throws IOException {
      if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        tensor.add(json.getLongValue());
      } else if (tensor.type().isFloating()) {
        floating();
      } else {
        BigInteger value = json.getBigIntegerValue();
        if (value.signum() < 0 || value.bitLength() > 64) {
          throw Problem.badInput(
              "inputs.data: found %s, expected %s".formatted(json.getText(), tensor.type()));
        }
        tensor.addUnsigned(value.longValue());
      }
    }
  }
}
