package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The protocol's JSON, with tensors inside it or as binary data after it. */
public final class InferenceJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .build();

  // Encoded once.
  private static final SerializedString MODEL_NAME = new SerializedString("model_name");
  private static final SerializedString MODEL_VERSION = new SerializedString("model_version");
  private static final SerializedString PARAMETERS = new SerializedString("parameters");
  private static final SerializedString DIGEST = new SerializedString("digest");
  private static final SerializedString PREDICTION_ID = new SerializedString("prediction_id");
  private static final SerializedString OUTPUTS = new SerializedString("outputs");
  private static final SerializedString NAME = new SerializedString("name");
  private static final SerializedString DATATYPE = new SerializedString("datatype");
  private static final SerializedString SHAPE = new SerializedString("shape");
  private static final SerializedString DATA = new SerializedString("data");

  private InferenceJson() {}

  /**
   * Reads a request.
   *
   * @param requests where the memory of the request comes from and returns to
   * @param body the whole body
   * @param jsonLength the value of {@code Inference-Header-Content-Length}; empty if the body is
   *     only JSON
   * @return the request; the caller closes it
   * @throws Problem if the body is no request
   */
  public static InferenceRequest read(RequestPool requests, byte[] body, OptionalInt jsonLength) {
    int length = jsonLength.orElse(body.length);
    if (length < 0 || length > body.length) {
      throw Problem.badInput(
          "Inference-Header-Content-Length: found %d, expected at most the %d bytes of the body"
              .formatted(length, body.length));
    }
    InferenceRequest request = requests.take(body.length);
    try (JsonParser json = JSON.createParser(body, 0, length)) {
      ByteBuffer binary = ByteBuffer.wrap(body, length, body.length - length);
      new JsonReader(json, binary, request).read();
      return request;
    } catch (JsonProcessingException e) {
      request.close();
      throw JsonProblem.of(e);
    } catch (IOException e) {
      request.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      request.close();
      throw e;
    }
  }

  /** Writes an answer. */
  public static ResponseBody write(InferenceRequest request, InferenceResponse response) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    List<byte[]> binary = new ArrayList<>(0);
    try {
      try (JsonGenerator json = JSON.createGenerator(body)) {
        json.writeStartObject();
        json.writeFieldName(MODEL_NAME);
        json.writeString(response.by().model());
        json.writeFieldName(MODEL_VERSION);
        json.writeString(response.by().version());
        if (request.id().isPresent()) {
          json.writeStringField("id", request.id().get());
        }
        json.writeFieldName(PARAMETERS);
        json.writeStartObject();
        json.writeFieldName(DIGEST);
        json.writeString(response.by().digest());
        if (response.predictionId() != null) {
          json.writeFieldName(PREDICTION_ID);
          json.writeString(response.predictionId());
        }
        json.writeEndObject();
        json.writeFieldName(OUTPUTS);
        json.writeStartArray();
        for (OutputTensor output : response.outputs()) {
          write(json, output, request.isBinary(output.name()), binary);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      int length = body.size();
      for (byte[] part : binary) {
        body.write(part);
      }
      return new ResponseBody(
          body.toByteArray(), binary.isEmpty() ? OptionalInt.empty() : OptionalInt.of(length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(
      JsonGenerator json, OutputTensor output, boolean asBinary, List<byte[]> binary)
      throws IOException {
    json.writeStartObject();
    json.writeFieldName(NAME);
    json.writeString(output.name());
    json.writeFieldName(DATATYPE);
    json.writeString(output.type().name());
    json.writeFieldName(SHAPE);
    json.writeStartArray();
    for (long size : output.shape()) {
      json.writeNumber(size);
    }
    json.writeEndArray();
    if (asBinary) {
      byte[] raw = output.raw();
      binary.add(raw);
      json.writeFieldName(PARAMETERS);
      json.writeStartObject();
      json.writeNumberField("binary_data_size", raw.length);
      json.writeEndObject();
    } else {
      json.writeFieldName(DATA);
      output.write(json);
    }
    json.writeEndObject();
  }
}
