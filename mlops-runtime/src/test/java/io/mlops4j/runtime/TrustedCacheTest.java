package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.registry.Models;
import io.mlops4j.runtime.trust.ModelSigner;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model cache under a trust policy: only what this application sealed is used. */
class TrustedCacheTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");
  private static final LoadOptions ABCD =
      LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c", "d")).build();
  private static final SecretKey KEY = new SecretKeySpec(new byte[32], "HmacSHA256");

  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  @TempDir Path temporary;
  private TrustPolicy policy;
  private Path model;

  @BeforeEach
  void sign() throws Exception {
    ModelSigner signer = Models.signer();
    model = Files.copy(MODELS.resolve("mlp4.onnx"), temporary.resolve("mlp4.onnx"));
    signer.signBeside(model);
    policy = TrustPolicy.signedBy(signer.key());
  }

  private Path folder(String name) {
    return temporary.resolve(name);
  }

  private float[] answer(ModelRuntime runtime, Path file) {
    try (Model loaded = runtime.load(file, ABCD);
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
                .floats("a", 1)
                .floats("b", 2)
                .floats("c", 3)
                .floats("d", 4)
                .build();
        Prediction prediction = loaded.predict(batch)) {
      return prediction.floats("y");
    }
  }

  private ModelRuntime trusting(ModelCache cache) {
    return ModelRuntime.builder().strict().threads(1).trust(policy).modelCache(cache).open();
  }

  private static Path entry(Path cache) throws IOException {
    try (Stream<Path> entries = Files.list(cache.resolve("models"))) {
      List<Path> found = entries.filter(entry -> Files.exists(entry.resolve("entry.txt"))).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  /** Puts another graph into an entry, and makes digest, size and checksum anew. */
  private static void forge(Path entry, byte[] graph) throws Exception {
    Path file = entry.resolve("graph.onnx");
    Path manifest = entry.resolve("entry.txt");
    Files.setPosixFilePermissions(file, OWNER);
    Files.write(file, graph);
    List<String> lines = new ArrayList<>(Files.readAllLines(manifest));
    lines.remove(lines.size() - 1);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(graph));
    lines.replaceAll(
        line -> line.startsWith("graph ") ? "graph " + graph.length + " sha256:" + digest : line);
    String text = String.join("\n", lines) + "\n";
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    Files.delete(manifest);
    Files.writeString(manifest, text + "seal " + Long.toHexString(checksum.getValue()) + "\n");
    Files.setPosixFilePermissions(manifest, OWNER);
  }

  private byte[] anotherGraph() throws IOException {
    try (ModelRuntime other =
        ModelRuntime.builder()
            .strict()
            .threads(1)
            .modelCache(ModelCache.in(folder("other")))
            .open()) {
      assertThat(answer(other, MODELS.resolve("mlp4_wrong.onnx")))
          .isNotEqualTo(new float[] {7.75f, 4.25f});
    }
    return Files.readAllBytes(entry(folder("other")).resolve("graph.onnx"));
  }

  @Test
  void aForgedEntryIsNotAnsweredFrom() throws Exception {
    ModelCache cache = ModelCache.in(folder("cache")).withKey(KEY);
    try (ModelRuntime runtime = trusting(cache)) {
      assertThat(answer(runtime, model)).containsExactly(7.75f, 4.25f);
    }
    forge(entry(folder("cache")), anotherGraph());
    try (ModelRuntime runtime = trusting(cache)) {
      assertThat(answer(runtime, model)).containsExactly(7.75f, 4.25f);
    }
  }

  /** What the seal is for: without a key, anyone who can write the cache can make it answer. */
  @Test
  void withoutAKeyAForgedEntryAnswers() throws Exception {
    ModelCache cache = ModelCache.in(folder("cache"));
    try (ModelRuntime runtime =
        ModelRuntime.builder().strict().threads(1).modelCache(cache).open()) {
      answer(runtime, model);
    }
    forge(entry(folder("cache")), anotherGraph());
    try (ModelRuntime runtime =
        ModelRuntime.builder().strict().threads(1).modelCache(cache).open()) {
      assertThat(answer(runtime, model)).isNotEqualTo(new float[] {7.75f, 4.25f});
    }
  }

  @Test
  void anEntryOfAnotherKeyOrOfNoneIsMadeAgain() throws Exception {
    SecretKey other =
        new SecretKeySpec(
            new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, "HmacSHA256");
    String last = "";
    for (ModelCache cache :
        List.of(
            ModelCache.in(folder("cache")),
            ModelCache.in(folder("cache")).withKey(KEY),
            ModelCache.in(folder("cache")).withKey(other))) {
      try (ModelRuntime runtime =
          ModelRuntime.builder().strict().threads(1).modelCache(cache).open()) {
        assertThat(answer(runtime, model)).containsExactly(7.75f, 4.25f);
      }
      List<String> lines = Files.readAllLines(entry(folder("cache")).resolve("entry.txt"));
      assertThat(lines.get(lines.size() - 1)).isNotEqualTo(last);
      last = lines.get(lines.size() - 1);
    }
  }

  @Test
  void aTrustingRuntimeRefusesACacheWithoutAKey() {
    assertThatThrownBy(() -> trusting(ModelCache.in(folder("cache"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withKey");
    assertThat(folder("cache")).doesNotExist();
  }

  @Test
  void aKeyThatCannotSealIsRefused() {
    assertThatThrownBy(
            () ->
                ModelCache.in(folder("cache"))
                    .withKey(new SecretKeySpec(new byte[15], "HmacSHA256")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 15 bytes")
        .hasMessageContaining("16");
  }
}
