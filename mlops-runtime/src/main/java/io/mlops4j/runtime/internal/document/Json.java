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
 * The one way in which this registry writes JSON: keys sorted, two spaces, line feeds, UTF-8, the
 * shortest decimal that reads back as the same double on every JDK. The same value always gives the
 * same bytes, so that their SHA-256 says whether two documents are the same.
 *
 * <p>A sealed document carries the SHA-256 of its own bytes, taken with zeros in place of the
 * seal's digits. That finds damage and careless edits in the document itself. It does not stop
 * somebody who computes it anew; for that, the records of an alias carry the digests of one
 * another, and may be signed.
 */
public final class Json {
  private static final String SEAL = "seal";
  private static final byte[] SEAL_TEXT =
      "\"seal\" : \"sha256:".getBytes(StandardCharsets.US_ASCII);
  private static final String SIGNATURE_TEXT = "\"signature\" : \"";
  private static final String ZEROS = "0".repeat(64);

  /** Of one document: what is written can be read again. */
  public static final int LARGEST = 64 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength(LARGEST)
                          .maxNameLength(LARGEST)
                          .build())
                  .build())
          // Double.toString differs between JDK 17 and 19.
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(LINES));

  private Json() {}

  public static ObjectNode object() {
    return new ObjectNode(JsonNodeFactory.instance, new TreeMap<>());
  }

  public static byte[] write(ObjectNode document) {
    try {
      byte[] json = WRITER.writeValueAsBytes(document);
      if (json.length >= LARGEST) {
        throw new RegistryException(
            "found a document of "
                + json.length
                + " bytes, expected at most "
                + LARGEST
                + "; nothing was written, shorten its texts",
            null);
      }
      byte[] lines = Arrays.copyOf(json, json.length + 1);
      lines[json.length] = '\n';
      return lines;
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

  /** Null when the seal is right, otherwise what is wrong. */
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

  /** Cannot hit a text value: there, the quotation marks are escaped. */
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
   * What of a signed document is signed: its bytes with nothing in place of the signature and zeros
   * in place of the seal's digits. Null for a document without a signature or a seal.
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

  /**
   * Reads a document.
   *
   * @throws IOException if it is not one JSON object
   */
  public static ObjectNode parse(byte[] bytes) throws IOException {
    JsonNode node = MAPPER.readTree(bytes);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IOException("no JSON object");
  }
}
