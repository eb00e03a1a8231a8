package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.runtime.internal.document.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The signature inside a record's document: {@code signer} is what its key is called, {@code
 * signature} the signature in base64. So the next record's link covers it, and a reader that knows
 * of no signatures passes over both keys.
 *
 * <p>What is signed is the document with an empty {@code signature} and zeros for the seal's
 * digits, after its kind and length in the form of DSSE (as bundles of models have it, with another
 * kind). The document names model, alias, number, version with manifest, and the record before; no
 * part of it can be taken for that of another record.
 */
final class RecordSignature {
  private static final String SIGNER = "signer";
  private static final String SIGNATURE = "signature";
  private static final int SHOWN = 12;

  private final String kind;
  private final byte[] document;

  /**
   * @param kind of the record
   * @param document its bytes, whose seal was checked
   */
  RecordSignature(String kind, byte[] document) {
    this.kind = kind;
    this.document = document;
  }

  static byte[] write(String kind, ObjectNode json, RecordSigner signer) {
    json.put(SIGNER, signer.keyHint()).put(SIGNATURE, "");
    byte[] signature = signer.signRecord(signed(kind, Json.writeSealed(json)));
    if (signer.keyHint().isBlank() || signature.length == 0) {
      throw new RegistryException(
          signer
              + ": found a signature of "
              + signature.length
              + " bytes by a key called \""
              + signer.keyHint()
              + "\", expected neither to be empty; nothing was written",
          null);
    }
    json.put(SIGNATURE, Base64.getEncoder().encodeToString(signature));
    return Json.writeSealed(json);
  }

  private static byte[] signed(String kind, byte[] document) {
    byte[] unsigned = Json.unsigned(document);
    if (unsigned == null) {
      throw new IllegalArgumentException("a signature that is no text");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "DSSEv1 %d %s %d ".formatted(kind.length(), kind, unsigned.length);
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(unsigned);
    return bytes.toByteArray();
  }

  /** Null if it is to be believed, otherwise what was found. */
  @Nullable String problem(String model, RecordTrust trust) {
    ObjectNode json = parsed();
    if (!json.has(SIGNATURE)) {
      return trust.allowsUnsigned(model) ? null : "no signature";
    }
    try {
      String hint = json.path(SIGNER).asText();
      byte[] signature = Base64.getDecoder().decode(json.path(SIGNATURE).asText());
      return trust.verifies(model, hint, signed(kind, document), signature)
          ? null
          : "a signature by " + shown(hint) + " that does not hold, or is not trusted";
    } catch (IllegalArgumentException e) {
      return "a signature that is none (" + e.getMessage() + ")";
    }
  }

  private ObjectNode parsed() {
    try {
      return Json.parse(document);
    } catch (IOException e) {
      throw new IllegalStateException("a document that was read before", e);
    }
  }

  /** Anybody may have written it. */
  private static String shown(String hint) {
    String line = hint.replaceAll("\\p{Cntrl}", "?");
    return "the key " + (line.length() <= SHOWN ? line : line.substring(0, SHOWN));
  }
}
