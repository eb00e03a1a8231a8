package io.mlops4j.runtime.internal.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads JSON: keys sorted, two spaces, line feeds, UTF-8, the shortest decimal that
 * reads back as the same double on every JDK. The same value always gives the same bytes, so equal
 * SHA-256 digests mean equal documents.
 *
 * <p>A sealed document contains the SHA-256 of its own bytes, computed with zeros in place of the
 * seal's digits. The seal finds damage and careless edits. It does not stop an attacker, who can
 * compute it again; against attackers, each record of an alias contains the digest of the record
 * before, and records may be signed.
 */
public final class Json {
  private static final String SEAL = "seal";
  private static final byte[] SEAL_TEXT =
      "\"seal\" : \"sha256:".getBytes(StandardCharsets.US_ASCII);
  private static final String SIGNATURE_TEXT = "\"signature\" : \"";
  private static final String ZEROS = "0".repeat(64);

  /** The largest document, in bytes, that is written and read. */
  public static final int LARGEST = 64 << 20;

  static final JsonMapper MAPPER =
      mapper(
          StreamReadConstraints.builder().maxStringLength(LARGEST).maxNameLength(LARGEST).build());

  /** Reads a stranger's JSON: at most 32 levels, and numbers of at most 100 digits. */
  public static final JsonMapper UNTRUSTED =
      mapper(
          StreamReadConstraints.builder()
              .maxNestingDepth(32)
              .maxNumberLength(100)
              .maxStringLength(32 << 20)
              .build());

  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(LINES));

  private Json() {}

  private static JsonMapper mapper(StreamReadConstraints limits) {
    return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits).build())
        // Double.toString differs between JDK 17 and 19.
        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
        .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
        // Two readers could read a key that appears twice differently.
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  public static ObjectNode object() {
    return new ObjectNode(JsonNodeFactory.instance, new TreeMap<>());
  }

  public static byte[] write(ObjectNode document) {
    try {
      byte[] json = WRITER.writeValueAsBytes(document);
      if (json.length >= LARGEST) {
        throw new RegistryException(
            "found a document of %d bytes, expected at most %d; nothing was written, shorten its texts"
                .formatted(json.length, LARGEST),
            null);
      }
      byte[] line = Arrays.copyOf(json, json.length + 1);
      line[json.length] = '\n';
      return line;
    } catch (IOException e) {
      throw new RegistryException(
          "cannot write JSON (" + e + "); expected texts that are valid Unicode", e);
    }
  }

  public static byte[] writeSealed(ObjectNode document) {
    document.put(SEAL, "sha256:" + ZEROS);
    byte[] bytes = write(document);
    String digits = Digest.sha256(bytes).hex();
    return replaceSeal(bytes, sealAt(bytes), digits);
  }

  /** Returns null if the seal is right, otherwise what was found. */
  public static @Nullable String sealProblem(byte[] bytes) {
    int at = sealAt(bytes);
    if (at < 0 || at + ZEROS.length() > bytes.length) {
      return "no seal";
    }
    String found = new String(bytes, at, ZEROS.length(), StandardCharsets.ISO_8859_1);
    String expected = Digest.sha256(replaceSeal(bytes, at, ZEROS)).hex();
    return found.equals(expected)
        ? null
        : "the seal " + found + " over bytes whose seal is " + expected;
  }

  /**
   * Returns the position of the seal's digits, or -1. Text values cannot match, because their
   * quotation marks are escaped.
   */
  private static int sealAt(byte[] bytes) {
    for (int at = bytes.length - SEAL_TEXT.length; at >= 0; at--) {
      if (bytes[at] == SEAL_TEXT[0]
          && Arrays.equals(bytes, at, at + SEAL_TEXT.length, SEAL_TEXT, 0, SEAL_TEXT.length)) {
        return at + SEAL_TEXT.length;
      }
    }
    return -1;
  }

  /**
   * Returns the bytes that the signature of a document covers: the document without the signature's
   * text and with zeros as the seal's digits. Returns null if signature or seal is absent.
   */
  public static byte @Nullable [] unsigned(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int from = text.lastIndexOf(SIGNATURE_TEXT) + SIGNATURE_TEXT.length();
    int to = text.indexOf('"', from);
    int seal = sealAt(bytes);
    if (from < SIGNATURE_TEXT.length() || to < 0 || seal < 0) {
      return null;
    }
    byte[] zeros = replaceSeal(bytes, seal, ZEROS);
    byte[] unsigned = Arrays.copyOf(zeros, bytes.length - (to - from));
    System.arraycopy(zeros, to, unsigned, from, bytes.length - to);
    return unsigned;
  }

  private static byte[] replaceSeal(byte[] bytes, int at, String digits) {
    byte[] copy = bytes.clone();
    System.arraycopy(digits.getBytes(StandardCharsets.US_ASCII), 0, copy, at, digits.length());
    return copy;
  }

  public static ObjectNode parse(byte[] bytes) throws IOException {
    return parse(MAPPER, bytes);
  }

  static ObjectNode parse(JsonMapper mapper, byte[] bytes) throws IOException {
    JsonNode node = mapper.readTree(bytes);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IOException("no JSON object");
  }
}
