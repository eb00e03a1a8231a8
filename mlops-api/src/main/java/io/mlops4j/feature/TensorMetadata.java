package io.mlops4j.feature;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The JSON metadata of Arrow's two tensor types.
 *
 * @param shape the sizes, empty where they vary; null if absent
 * @param names the names of the dimensions; null if absent
 */
record TensorMetadata(@Nullable List<OptionalLong> shape, @Nullable List<String> names) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Parses the metadata.
   *
   * @param type the extension's name, for messages
   * @param json an object; null or empty if there is no metadata
   * @param key the key of the shape
   * @throws IllegalArgumentException if the JSON is damaged, or permutes the dimensions
   */
  static TensorMetadata parse(String type, @Nullable String json, String key) {
    if (json == null || json.isEmpty()) {
      return new TensorMetadata(null, null);
    }
    try (JsonParser parser = JSON.createParser(json)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT, "an object");
      TensorMetadata read = object(type, parser, key);
      expect(parser.nextToken() == null, "one object");
      return read;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          type
              + ": found the metadata "
              + json
              + ", expected an object of \""
              + key
              + "\", \"dim_names\" and \"permutation\" ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static void expect(boolean condition, String what) throws IOException {
    if (!condition) {
      throw new IOException("expected " + what);
    }
  }

  private static TensorMetadata object(String type, JsonParser parser, String key)
      throws IOException {
    List<OptionalLong> shape = null;
    List<String> names = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      if (name.equals(key)) {
        shape = sizes(parser);
      } else if (name.equals("dim_names")) {
        names = texts(parser);
      } else if (name.equals("permutation")) {
        checkIdentity(type, sizes(parser));
      } else {
        parser.skipChildren(); // keys of later versions of the format
      }
    }
    expect(parser.currentToken() == JsonToken.END_OBJECT, "the end of the object");
    return new TensorMetadata(shape, names);
  }

  private static List<OptionalLong> sizes(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_ARRAY, "a list of sizes");
    List<OptionalLong> sizes = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        sizes.add(OptionalLong.empty());
      } else {
        expect(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, "a whole number as a size");
        long size = parser.getLongValue();
        expect(size >= 0, "no negative size, but found " + size);
        sizes.add(OptionalLong.of(size));
      }
    }
    return sizes;
  }

  private static List<String> texts(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_ARRAY, "a list of names");
    List<String> names = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken() == JsonToken.VALUE_STRING, "a name");
      names.add(parser.getText());
    }
    return names;
  }

  private static void checkIdentity(String type, List<OptionalLong> permutation) {
    for (int i = 0; i < permutation.size(); i++) {
      if (permutation.get(i).orElse(-1) != i) {
        throw new IllegalArgumentException(
            type
                + ": found the permutation "
                + Arrays.toString(permutation.stream().mapToLong(d -> d.orElse(-1)).toArray())
                + " of its dimensions, expected none; write the elements in the order in which the"
                + " model takes them");
      }
    }
  }

  /** Writes what {@link #parse} reads; empty if there is no metadata. */
  String json(String key) {
    if (shape == null && names == null) {
      return "";
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (shape != null) {
        json.writeArrayFieldStart(key);
        for (OptionalLong size : shape) {
          if (size.isPresent()) {
            json.writeNumber(size.getAsLong());
          } else {
            json.writeNull();
          }
        }
        json.writeEndArray();
      }
      if (names != null) {
        json.writeArrayFieldStart("dim_names");
        for (String name : names) {
          json.writeString(name);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException(e); // a StringWriter never throws
    }
    return text.toString();
  }
}
