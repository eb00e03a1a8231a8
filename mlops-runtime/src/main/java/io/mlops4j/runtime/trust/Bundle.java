package io.mlops4j.runtime.trust;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Texts;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Sigstore bundle: a DSSE envelope, and which key signed it. Older tools also put the key itself
 * into the bundle. Such a key proves nothing and is ignored.
 */
final class Bundle {
  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private final byte[] payload;
  private final byte[] signature;
  private final @Nullable String hint;
  private final boolean byCertificate;

  /**
   * @param payload the signed in-toto statement
   * @param signature the signature of {@link #signed}
   * @param hint the key's hint, or null if the bundle names no key
   * @param byCertificate whether a certificate signed it, which no policy accepts
   */
  Bundle(byte[] payload, byte[] signature, @Nullable String hint, boolean byCertificate) {
    this.payload = payload;
    this.signature = signature;
    this.hint = hint;
    this.byCertificate = byCertificate;
  }

  /** Returns the bytes that are signed: the payload after its length and type. */
  static byte[] signed(byte[] payload) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "DSSEv1 %d %s %d ".formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, payload.length);
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(payload);
    return bytes.toByteArray();
  }

  /** Verifies the signature with a key; false if the bundle names another key. */
  boolean isSignedBy(TrustedKey key) {
    return (hint == null || hint.equals(key.hint())) && key.verifies(signed(payload), signature);
  }

  /** Returns the statement, which proves nothing until the signature is verified. */
  Statement statement() throws RefusedSignature {
    return Statement.read(payload);
  }

  /** Returns the key that the bundle names, for messages. */
  String signer() {
    return hint == null
        ? "no key"
        : "the key " + Texts.plain(hint.substring(0, Math.min(12, hint.length())));
  }

  Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  byte[] write() {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    ObjectNode bundle = nodes.objectNode().put("mediaType", MEDIA_TYPE);
    ObjectNode material = bundle.putObject("verificationMaterial");
    material.putObject("publicKey").put("hint", hint);
    material.putArray("tlogEntries");
    bundle
        .putObject("dsseEnvelope")
        .put("payload", payload)
        .put("payloadType", PAYLOAD_TYPE)
        .putArray("signatures")
        .add(nodes.objectNode().put("sig", signature).put("keyid", ""));
    return Statement.bytes(bundle);
  }

  /** Reads a bundle that a key signed. */
  static Bundle read(ByteBuffer json) throws RefusedSignature {
    byte[] bytes = new byte[json.remaining()];
    json.duplicate().get(bytes);
    Bundle bundle = readAny(bytes);
    if (bundle.byCertificate) {
      throw new RefusedSignature(
          "a bundle signed with a certificate, which is not supported;"
              + " sign with a key, for example by \"model_signing sign key\"");
    }
    return bundle;
  }

  /** Reads a bundle to show it, even one that a certificate signed. */
  static Bundle readAny(byte[] json) throws RefusedSignature {
    return Document.readUntrusted(
        json, Bundle::of, found -> new RefusedSignature("a bundle with " + found));
  }

  private static Bundle of(Document bundle) {
    bundle.expect("mediaType", MEDIA_TYPE);
    Document material = bundle.object("verificationMaterial");
    boolean byCertificate = material.has("certificate") || material.has("x509CertificateChain");
    String hint = byCertificate ? null : material.object("publicKey").optionalText("hint");
    Document envelope = bundle.object("dsseEnvelope");
    envelope.expect("payloadType", PAYLOAD_TYPE);
    byte[] signature = envelope.onlyObject("signatures").base64("sig");
    return new Bundle(envelope.base64("payload"), signature, hint, byCertificate);
  }
}
