package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.RecordSigner;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.runtime.internal.document.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The signature inside a record's document. The key {@code signer} holds the name of the signing
 * key, {@code signature} the signature in base64. The next record's link covers both. A library
 * without signatures ignores both.
 *
 * <p>The signed bytes are the document with an empty {@code signature} and zeros for the seal's
 * digits, after its kind and length in the form of DSSE. Model bundles use the same form with
 * another kind. The document contains model, alias, number, version, manifest and the digest of the
 * record before. A signature is therefore valid for one record only.
 */
final class RecordSignature {
  private static final String SIGNER = "signer";
  private static final String SIGNATURE = "signature";
  private static final int SHOWN = 12;

  private final String kind;
  private final byte[] document;

  /** The document's seal must have been checked. */
  RecordSignature(String kind, byte[] document) {
    this.kind = kind;
    this.document = document;
  }

  static byte[] write(String kind, ObjectNode json, RecordSigner signer) {
    json.put(SIGNER, signer.keyHint()).put(SIGNATURE, "");
    byte[] signature = signer.signRecord(signed(kind, Json.writeSealed(json)));
    if (signer.keyHint().isBlank() || signature.length == 0) {
      throw Problems.refused(
          signer,
          "a signature of %s bytes by a key called \"%s\""
              .formatted(signature.length, signer.keyHint()),
          "both to be non-empty; nothing was written");
    }
    json.put(SIGNATURE, Base64.getEncoder().encodeToString(signature));
    return Json.writeSealed(json);
  }

  private static byte[] signed(String kind, byte[] document) {
    byte[] unsigned = Json.unsigned(document);
    if (unsigned == null) {
      throw new IllegalArgumentException("a signature that is not text");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "DSSEv1 %d %s %d ".formatted(kind.length(), kind, unsigned.length);
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(unsigned);
    return bytes.toByteArray();
  }

  /** Returns null if the record can be trusted, otherwise a description of the problem. */
  @Nullable String problem(String model, RecordTrust trust) {
    try {
      ObjectNode json = Json.parse(document);
      if (!json.has(SIGNATURE)) {
        return trust.allowsUnsigned(model) ? null : "no signature";
      }
      String hint = json.path(SIGNER).asText();
      byte[] signature = Base64.getDecoder().decode(json.path(SIGNATURE).asText());
      return trust.verifies(model, hint, signed(kind, document), signature)
          ? null
          : "a signature by " + shown(hint) + " that is invalid or untrusted";
    } catch (IllegalArgumentException e) {
      return "a signature that is malformed (" + e.getMessage() + ")";
    } catch (IOException e) {
      throw new IllegalStateException("a document that was read before", e);
    }
  }

  /** An untrusted writer may have chosen the name. */
  private static String shown(String hint) {
    String line = hint.replaceAll("\\p{Cntrl}", "?");
    return "the key " + (line.length() <= SHOWN ? line : line.substring(0, SHOWN));
  }
}
