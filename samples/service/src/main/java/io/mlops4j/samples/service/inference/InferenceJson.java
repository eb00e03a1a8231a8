package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;

/** The protocol's JSON, with tensors inside it or as binary data after it. */
public final class InferenceJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .build();

  private InferenceJson() {}

  /**
   * Reads a request.
   *
   * @param body the whole body
   * @param jsonLength the value of {@code Inference-Header-Content-Length}; empty if the body is
   *     only JSON
   * @return the request; the caller closes it
   * @throws Problem if the body is no request
   */
  public static InferenceRequest read(
      BufferAllocator allocator, byte[] body, OptionalInt jsonLength) {
    int length = jsonLength.orElse(body.length);
    if (length < 0 || length > body.length) {
      throw Problem.badInput(
          "Inference-Header-Content-Length: found %d, expected at most the %d bytes of the body"
              .formatted(length, body.length));
    }
    InferenceRequest request = new InferenceRequest(allocator, body.length);
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
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    List<byte[]> binary = new ArrayList<>();
    try {
      try (JsonGenerator json = JSON.createGenerator(body)) {
        json.writeStartObject();
        json.writeStringField("model_name", response.model());
        json.writeStringField("model_version", response.version());
        if (request.id().isPresent()) {
          json.writeStringField("id", request.id().get());
        }
        json.writeObjectFieldStart("parameters");
        json.writeStringField("digest", response.digest());
        if (response.predictionId().isPresent()) {
          json.writeStringField("prediction_id", response.predictionId().get());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("outputs");
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
    json.writeStringField("name", output.name());
    json.writeStringField("datatype", output.type().name());
    json.writeArrayFieldStart("shape");
    for (long size : output.shape()) {
      json.writeNumber(size);
    }
    json.writeEndArray();
    if (asBinary) {
      byte[] raw = output.raw();
      binary.add(raw);
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", raw.length);
      json.writeEndObject();
    } else {
      json.writeFieldName("data");
      output.write(json);
    }
    json.writeEndObject();
  }
}
