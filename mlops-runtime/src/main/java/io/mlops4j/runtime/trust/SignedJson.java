package io.mlops4j.runtime.trust;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * A JSON object of somebody who may wish us ill: no key twice, which two readers would read
 * differently, few levels, no number of a thousand digits. Keys that nobody asks for are passed
 * over.
 */
final class SignedJson {
  private static final int DEEPEST = 32;
  private static final int LONGEST_NUMBER = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxNumberLength(LONGEST_NUMBER)
                          .maxStringLength(32 << 20)
                          .build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String what;
  private final JsonNode node;

  private SignedJson(String what, JsonNode node) {
    this.what = what;
    this.node = node;
  }

  static byte[] write(ObjectNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("found names that are no valid Unicode", e);
    }
  }

  static SignedJson read(String what, ByteBuffer json) throws RefusedSignature {
    byte[] bytes = new byte[json.remaining()];
    json.duplicate().get(bytes);
    try {
      return of(what, MAPPER.readTree(bytes));
    } catch (JsonProcessingException e) {
      throw new RefusedSignature(what + " that is no JSON (" + e.getOriginalMessage() + ")");
    } catch (IOException e) {
      throw new RefusedSignature(what + " that is no JSON (" + e.getMessage() + ")");
    }
  }

  static SignedJson of(String what, JsonNode node) throws RefusedSignature {
    if (!node.isObject()) {
      throw new RefusedSignature(what + " that is " + node.getNodeType() + " instead of an object");
    }
    return new SignedJson(what, node);
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  private JsonNode need(String key) throws RefusedSignature {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      throw new RefusedSignature(what + " without \"" + key + "\"");
    }
    return value;
  }

  String text(String key) throws RefusedSignature {
    JsonNode value = need(key);
    if (!value.isTextual()) {
      throw new RefusedSignature(what + " whose \"" + key + "\" is no text");
    }
    return value.textValue();
  }

  SignedJson object(String key) throws RefusedSignature {
    return of("\"" + key + "\"", need(key));
  }

  JsonNode array(String key) throws RefusedSignature {
    JsonNode value = need(key);
    if (!value.isArray()) {
      throw new RefusedSignature(what + " whose \"" + key + "\" is no array");
    }
    return value;
  }

  byte[] base64(String key) throws RefusedSignature {
    try {
      return Base64.getDecoder().decode(text(key));
    } catch (IllegalArgumentException e) {
      throw new RefusedSignature(what + " whose \"" + key + "\" is no base64");
    }
  }

  void expect(String key, String value) throws RefusedSignature {
    if (!text(key).equals(value)) {
      throw new RefusedSignature(
          what + " whose \"" + key + "\" is \"" + text(key) + "\" instead of \"" + value + "\"");
    }
  }
}
