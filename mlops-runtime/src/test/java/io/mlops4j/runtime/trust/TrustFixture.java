package io.mlops4j.runtime.trust;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keys, models and bundles for tests; bundles are made by the words of the format, not by ours. */
final class TrustFixture {
  static final KeyPair KEYS = keys("secp256r1");
  static final TrustedKey KEY = TrustedKey.of(KEYS.getPublic());
  static final ModelSigner SIGNER = ModelSigner.of(KEYS.getPrivate(), KEYS.getPublic());
  static final TrustedKey OTHER = TrustedKey.of(keys("secp256r1").getPublic());

  private TrustFixture() {}

  static KeyPair keys(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(TrustFixture.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path mlp4(Path folder, String name) throws IOException {
    try (InputStream in = TrustFixture.class.getResourceAsStream("../models/mlp4.onnx")) {
      return Files.write(
          Files.createDirectories(folder).resolve(name), Objects.requireNonNull(in).readAllBytes());
    }
  }

  /** A model of which only names and bytes matter. */
  record TestSource(
      @Nullable ByteBuffer bytes,
      Map<String, ByteBuffer> external,
      List<ByteBuffer> signatures,
      Path main)
      implements ModelSource {
    /** A folder. */
    static TestSource of(Map<String, String> files, byte[]... signatures) {
      Map<String, ByteBuffer> buffers = new TreeMap<>();
      files.forEach((name, text) -> buffers.put(name, utf8(text)));
      return new TestSource(
          null,
          buffers,
          List.of(signatures).stream().map(ByteBuffer::wrap).toList(),
          Path.of("folder"));
    }

    /** A folder on the disk, without its signature, which is read apart. */
    static TestSource read(Path folder) throws IOException {
      Map<String, ByteBuffer> files = new LinkedHashMap<>();
      try (var list = Files.list(folder)) {
        for (Path file : list.toList()) {
          files.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
        }
      }
      ByteBuffer signature = Objects.requireNonNull(files.remove("model.sig"));
      return new TestSource(null, files, List.of(signature), folder);
    }

    static TestSource file(String name, String text, byte[]... signatures) {
      return new TestSource(
          utf8(text),
          Map.of(),
          List.of(signatures).stream().map(ByteBuffer::wrap).toList(),
          Path.of(name));
    }

    @Override
    public ModelFormat format() {
      return new ModelFormat("test");
    }

    @Override
    public Digest digest() {
      return Digest.sha256(new byte[0]);
    }
  }

  static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  /** A statement with its resources in the order given; names are plain. */
  static String statement(Map<String, String> textOf, String... inOrder) {
    StringBuilder resources = new StringBuilder();
    StringBuilder digests = new StringBuilder();
    for (String name : inOrder) {
      String digest = sha256(Objects.requireNonNull(textOf.get(name), name));
      digests.append(digest);
      resources
          .append(resources.isEmpty() ? "" : ",")
          .append(
              "{\"name\":\"%s\",\"algorithm\":\"sha256\",\"digest\":\"%s\"}"
                  .formatted(name, digest));
    }
    String root = Digest.sha256(HexFormat.of().parseHex(digests.toString())).hex();
    return """
        {"_type":"https://in-toto.io/Statement/v1",
         "subject":[{"name":"m","digest":{"sha256":"%s"}}],
         "predicateType":"https://model_signing/signature/v1.0",
         "predicate":{"serialization":{"method":"files","hash_type":"sha256","allow_symlinks":false},
                      "resources":[%s]}}"""
        .formatted(root, resources);
  }

  /** Signs a statement of any content. */
  static byte[] bundle(String statement) {
    byte[] payload = statement.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("DSSEv1 28 application/vnd.in-toto+json " + payload.length + " ")
            .getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(KEYS.getPrivate());
      signer.update(head);
      signer.update(payload);
      return envelope(
          Base64.getEncoder().encodeToString(payload),
          Base64.getEncoder().encodeToString(signer.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] envelope(String payload, String signature) {
    return """
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
         "verificationMaterial":{"publicKey":{"hint":"%s"},"tlogEntries":[]},
         "dsseEnvelope":{"payload":"%s","payloadType":"application/vnd.in-toto+json",
                         "signatures":[{"sig":"%s","keyid":""}]}}"""
        .formatted(KEY.hint(), payload, signature)
        .getBytes(StandardCharsets.UTF_8);
  }
}
