package io.mlops4j.runtime.internal.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.DataException;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that is read strictly: a required value that is absent or of another type throws
 * IllegalArgumentException with what was found. Unknown keys are ignored; they stay in the file,
 * because stored files are never rewritten.
 */
public final class Document {
  private final ObjectNode node;

  private Document(ObjectNode node) {
    this.node = node;
  }

  /** Reads a value from a stored file. A file that does not fit counts as damaged. */
  public static <T> T read(Object file, byte[] bytes, Function<Document, T> reader) {
    return read(Json.MAPPER, bytes, reader, found -> damaged(file, found));
  }

  /** Reads a value from a text that a user or another tool wrote. */
  public static <T> T parse(String what, String json, Function<Document, T> reader) {
    return read(
        Json.MAPPER,
        json.getBytes(StandardCharsets.UTF_8),
        reader,
        found ->
            new DataException(
                what + ": found " + found + ", expected JSON as its schema describes it", null));
  }

  /** Reads a value from a stranger's bytes, within narrow limits. */
  public static <T, E extends Exception> T readUntrusted(
      byte[] bytes, Function<Document, T> reader, Function<String, E> problem) throws E {
    return read(Json.UNTRUSTED, bytes, reader, problem);
  }

  private static <T, E extends Exception> T read(
      JsonMapper mapper, byte[] bytes, Function<Document, T> reader, Function<String, E> problem)
      throws E {
    try {
      return reader.apply(new Document(Json.parse(mapper, bytes)));
    } catch (JsonProcessingException e) {
      throw problem.apply("JSON that ends early or is malformed (" + e.getOriginalMessage() + ")");
    } catch (IOException | IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw problem.apply(String.valueOf(e.getMessage()));
    }
  }

  public static <T> T readSealed(Object file, byte[] bytes, Function<Document, T> reader) {
    return read(
        file,
        bytes,
        document -> {
          String problem = Json.sealProblem(bytes);
          if (problem != null) {
            throw new IllegalArgumentException(problem);
          }
          return reader.apply(document);
        });
  }

  public static IntegrityException damaged(Object file, String found) {
    return new IntegrityException(
        file
            + ": found "
            + found
            + ", expected the bytes that were written; the file was edited or damaged, "
            + "restore it from a backup");
  }

  private JsonNode need(String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException("no \"" + key + "\"");
    }
    return value;
  }

  private static IllegalArgumentException wrong(String key, JsonNode found, String expected) {
    return new IllegalArgumentException(
        "\"" + key + "\" being " + found.getNodeType() + " instead of " + expected);
  }

  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  public String text(String key) {
    JsonNode value = need(key);
    if (!value.isTextual()) {
      throw wrong(key, value, "text");
    }
    return value.textValue();
  }

  public @Nullable String optionalText(String key) {
    return has(key) ? text(key) : null;
  }

  /** Requires that a text has this value. */
  public void expect(String key, String value) {
    if (!text(key).equals(value)) {
      throw new IllegalArgumentException(
          "\"" + key + "\" being \"" + Texts.plain(text(key)) + "\" instead of \"" + value + "\"");
    }
  }

  public byte[] base64(String key) {
    String text = text(key);
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + key + "\" being no base64", e);
    }
  }

  public long whole(String key) {
    JsonNode value = need(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(key, value, "a whole number");
    }
    return value.longValue();
  }

  public int count(String key) {
    return Math.toIntExact(Math.min(whole(key), Integer.MAX_VALUE));
  }

  /** Requires that this library knows the format, whose key is the kind of document. */
  public void checkFormat(String key, int newest) {
    if (count(key) > newest) {
      throw new IllegalArgumentException(
          key + " format " + count(key) + ", which needs a newer mlops4j");
    }
  }

  public boolean flag(String key) {
    if (has(key) && !node.get(key).isBoolean()) {
      throw wrong(key, node.get(key), "true or false");
    }
    return has(key) && node.get(key).booleanValue();
  }

  public double number(String key) {
    JsonNode value = need(key);
    if (!value.isNumber()) {
      throw wrong(key, value, "a number");
    }
    return value.doubleValue();
  }

  public Digest digest(String key) {
    return Digest.parse(text(key));
  }

  public Instant instant(String key) {
    return Instant.parse(text(key));
  }

  public JsonNode raw(String key) {
    return need(key);
  }

  public Document object(String key) {
    return of(key, need(key));
  }

  private static Document of(String key, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new Document(object);
    }
    throw wrong(key, value, "an object");
  }

  public List<JsonNode> array(String key) {
    JsonNode value = need(key);
    if (!value.isArray()) {
      throw wrong(key, value, "an array");
    }
    return value.valueStream().toList();
  }

  /** Returns the texts of an array, or an empty list if the key is absent. */
  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : has(key) ? array(key) : List.<JsonNode>of()) {
      if (!element.isTextual()) {
        throw wrong(key, element, "texts");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /** Returns the objects of an array, or an empty list if the key is absent. */
  public List<Document> objects(String key) {
    return has(key) ? array(key).stream().map(element -> of(key, element)).toList() : List.of();
  }

  /** Requires an array of one object. */
  public Document onlyObject(String key) {
    List<JsonNode> elements = array(key);
    if (elements.size() != 1) {
      throw new IllegalArgumentException(
          "\"" + key + "\" with " + elements.size() + " elements instead of one");
    }
    return of(key, elements.get(0));
  }

  /** Returns the values of an object by key, or an empty map if the object is absent. */
  public Map<String, Document> entries(String key) {
    Map<String, Document> entries = new TreeMap<>();
    if (has(key)) {
      Document inner = object(key);
      inner.keys().forEach(name -> entries.put(name, inner.object(name)));
    }
    return entries;
  }

  public List<String> keys() {
    return node.propertyStream().map(Map.Entry::getKey).toList();
  }
}
