package io.mlops4j.samples.service;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.samples.service.inference.JsonProblem;
import io.mlops4j.samples.service.inference.Problem;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** JSON of records: strict when it reads, so that a misspelt or missing value is an error. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .addModule(
              new SimpleModule()
                  .addDeserializer(float.class, new FiniteDeserializer())
                  .addSerializer(PredictionId.class, ToStringSerializer.instance)
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addSerializer(Duration.class, ToStringSerializer.instance)
                  .addSerializer(ServedBy.class, new ServedBySerializer())
                  .addSerializer(float.class, new FiniteSerializer())
                  .addSerializer(double.class, new FiniteSerializer()))
          .build();

  private Json() {}

  /** Returns a reader of records of a type; keep it, because making one takes time. */
  static <T extends Record> Reader<T> reader(Class<T> type) {
    return new Reader<>(MAPPER.readerFor(type));
  }

  /** Returns a writer of records of a type; keep it, because making one takes time. */
  static <T extends Record> Writer<T> writer(Class<T> type) {
    return new Writer<>(MAPPER.writerFor(type));
  }

  /** Reads records of one type. Thread safe. */
  record Reader<T extends Record>(ObjectReader type) {
    /** Reads a record; a value that does not fit is a {@link Problem}. */
    T read(byte[] body) {
      try {
        T value = type.readValue(body);
        if (value == null) {
          throw new Problem(Problem.Kind.BAD_INPUT, "body: found null, expected a JSON object");
        }
        return value;
      } catch (JsonProcessingException e) {
        throw JsonProblem.of(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Writes records of one type. Thread safe. */
  record Writer<T extends Record>(ObjectWriter type) {
    byte[] write(T value) {
      return Json.write(type, value);
    }
  }

  /** Writes a record or a map. */
  static byte[] write(Object value) {
    return write(MAPPER.writer(), value);
  }

  private static byte[] write(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException(e);
    }
  }

  /** Only numbers are numbers: Jackson's own reader also takes the text "NaN", and 1e39. */
  private static final class FiniteDeserializer extends JsonDeserializer<Float> {
    @Override
    public Float deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (!json.currentToken().isNumeric() || !Float.isFinite(json.getFloatValue())) {
        throw InvalidFormatException.from(json, "not a number", json.getText(), float.class);
      }
      return json.getFloatValue();
    }

    @Override
    public Float getNullValue(DeserializationContext context) throws JsonMappingException {
      throw MismatchedInputException.from(
          context.getParser(), float.class, "Cannot map `null` into type `float`");
    }
  }

  /** The version that answered, as members of an object, which are encoded once for a version. */
  private static final class ServedBySerializer extends JsonSerializer<ServedBy> {
    private volatile @Nullable Encoded last;

    /** One instance of a version serves until the next swap. */
    private record Encoded(ServedBy by, SerializedString json) {}

    @Override
    @SuppressWarnings("ReferenceEquality") // an equal one would only be encoded again
    public void serialize(ServedBy by, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      Encoded encoded = last;
      if (encoded == null || encoded.by() != by) {
        encoded = new Encoded(by, new SerializedString(encode(by)));
        last = encoded;
      }
      json.writeRawValue(encoded.json());
    }

    private static String encode(ServedBy by) throws IOException {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = MAPPER.createGenerator(text)) {
        json.writeStartObject();
        json.writeStringField("model", by.model());
        if (by.version().isPresent()) {
          json.writeNumberField("version", by.version().get().number());
        }
        json.writeStringField("digest", by.digest().toString());
        json.writeEndObject();
      }
      return text.toString();
    }
  }

  /** JSON has no NaN, and a client should not get a text in place of a number. */
  private static final class FiniteSerializer extends JsonSerializer<Number> {
    @Override
    public void serialize(Number value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (!Double.isFinite(value.doubleValue())) {
        throw new Problem(
            Problem.Kind.UNSUPPORTED, "the model answered " + value + ", which JSON cannot hold");
      }
      if (value instanceof Float single) {
        json.writeNumber(single);
      } else {
        json.writeNumber(value.doubleValue());
      }
    }
  }
}
