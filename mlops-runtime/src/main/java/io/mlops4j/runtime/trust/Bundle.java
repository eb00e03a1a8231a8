package io.mlops4j.runtime.trust;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Sigstore bundle that was signed by a key: a DSSE envelope, and which key. A key that lies in
 * the bundle itself, as older tools put it there, proves nothing and is not read.
 */
final class Bundle {
  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  private final byte[] payload;
  private final byte[] signature;
  private final @Nullable String hint;

  /**
   * @param payload what was signed, of the type of in-toto statements
   * @param signature over {@link #signed}
   * @param hint the key's hint, or null in bundles of older tools
   */
  Bundle(byte[] payload, byte[] signature, @Nullable String hint) {
    this.payload = payload;
    this.signature = signature;
    this.hint = hint;
  }

  /** What is signed: the payload with its length and type before it. */
  static byte[] signed(byte[] payload) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = "DSSEv1 %d %s %d ".formatted(PAYLOAD_TYPE.length(), PAYLOAD_TYPE, payload.length);
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(payload);
    return bytes.toByteArray();
  }

  /** Whether this key may have signed it, and did. */
  boolean isSignedBy(TrustedKey key) {
    return (hint == null || hint.equals(key.hint())) && key.verifies(signed(payload), signature);
  }

  /** What it says; to be believed only once it is known who signed it. */
  Statement statement() throws RefusedSignature {
    return Statement.read(payload);
  }

  /** The key that it names, for messages. */
  String signer() {
    return hint == null
        ? "a key that it does not name"
        : "the key " + TrustMessages.abbreviated(hint);
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
        .put("payload", base64(payload))
        .put("payloadType", PAYLOAD_TYPE)
        .putArray("signatures")
        .add(nodes.objectNode().put("sig", base64(signature)).put("keyid", ""));
    return SignedJson.write(bundle);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** One that a key signed. */
  static Bundle read(ByteBuffer json) throws RefusedSignature {
    SignedJson bundle = SignedJson.read("a bundle", json);
    bundle.expect("mediaType", MEDIA_TYPE);
    SignedJson material = bundle.object("verificationMaterial");
    if (isByCertificate(material)) {
      throw new RefusedSignature(
          "a bundle signed with a certificate, where only signatures by keys are known;"
              + " sign with a key, as by \"model_signing sign key\"");
    }
    SignedJson key = material.object("publicKey");
    return of(bundle, key.has("hint") ? key.text("hint") : null);
  }

  /** Also one that was signed with a certificate: for what it says, not to be verified. */
  static Bundle readAny(ByteBuffer json) throws RefusedSignature {
    SignedJson bundle = SignedJson.read("a bundle", json);
    bundle.expect("mediaType", MEDIA_TYPE);
    return isByCertificate(bundle.object("verificationMaterial")) ? of(bundle, null) : read(json);
  }

  private static boolean isByCertificate(SignedJson material) {
    return material.has("certificate") || material.has("x509CertificateChain");
  }

  private static Bundle of(SignedJson bundle, @Nullable String hint) throws RefusedSignature {
    SignedJson envelope = bundle.object("dsseEnvelope");
    envelope.expect("payloadType", PAYLOAD_TYPE);
    JsonNode signatures = envelope.array("signatures");
    if (signatures.size() != 1) {
      throw new RefusedSignature("a bundle of " + signatures.size() + " signatures instead of one");
    }
    SignedJson signature = SignedJson.of("signatures", signatures.get(0));
    return new Bundle(envelope.base64("payload"), signature.base64("sig"), hint);
  }
}
