package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rows of docs/threats.md: what no other test shows, and that all the tests that the page names
 * are there.
 */
class ThreatsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  @TempDir Path temporary;

  @Test
  void everyTestThatThePageNamesIsThere() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/threats.md"));
    TreeSet<String> missing = new TreeSet<>();
    int named = 0;
    for (Matcher test = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`").matcher(page);
        test.find(); ) {
      named++;
      String source = source(test.group(1));
      if (source.isEmpty()
          || (test.group(2) != null && !source.contains("void " + test.group(2) + "("))) {
        missing.add(test.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(30);
  }

  private static String source(String name) throws IOException {
    for (String module :
        List.of(
            "mlops-api",
            "mlops-runtime",
            "mlops-runtime/cli",
            "mlops-runtime/data",
            "mlops-runtime/tensorflow",
            "mlops-monitor",
            "mlops-bench")) {
      try (Stream<Path> tree = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        Path found = tree.filter(path -> path.endsWith(name + ".java")).findFirst().orElse(null);
        if (found != null) {
          return Files.readString(found);
        }
      }
    }
    return "";
  }

  private Path mlp4(String name) throws IOException {
    return Files.copy(MODELS.resolve("mlp4.onnx"), temporary.resolve(name));
  }

  @Test
  void aFileThatIsExchangedAfterItWasVerifiedChangesNothing() throws IOException {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version = registry.publish(card("mlp"), mlp4("mlp4.onnx"));
      ModelSource verified = registry.source(version);
      Path file;
      try (Stream<Path> tree = Files.walk(temporary.resolve("registry"))) {
        file = tree.filter(path -> path.endsWith("mlp4.onnx")).findFirst().orElseThrow();
      }

      Files.copy(MODELS.resolve("mlp4_wrong.onnx"), file, StandardCopyOption.REPLACE_EXISTING);

      assertThat(Digest.sha256(verified.bytes())).isEqualTo(version.digest());
      assertThatThrownBy(() -> registry.source(version)).isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void ofAHardLinkTheBytesOfThatMomentCount() throws IOException {
    Path original = mlp4("original.onnx");
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    Files.createLink(folder.resolve("model.onnx"), original);
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version = registry.publish(card("mlp"), folder);

      Files.write(original, new byte[] {0}, StandardOpenOption.TRUNCATE_EXISTING);

      ModelSource source = registry.source(version);
      assertThat(source.bytes())
          .isEqualTo(ByteBuffer.wrap(Files.readAllBytes(MODELS.resolve("mlp4.onnx"))));
      try (Stream<Path> tree = Files.walk(temporary.resolve("registry"))) {
        for (Path file : tree.filter(Files::isRegularFile).toList()) {
          if (file.endsWith("model.onnx")) {
            assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(1);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "C:evil",
        "..",
        ".",
        "",
        " ",
        "a\u0000b",
        "Evil",
        "e\u0301vil",
        "~root",
        "%2e%2e",
        "a@b@c",
        "-rf"
      })
  void aNameThatIsAPathIsRefusedWhereverItComesIn(String name) throws IOException {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelVersion version = registry.publish(card("mlp"), mlp4("mlp4.onnx"));
      Change change = Change.by("mallory");
      for (String ref : List.of(name, name + ":1", name + "@champion", "mlp@" + name)) {
        if (!ref.equals("mlp@" + name) || !name.isEmpty()) {
          assertThatThrownBy(() -> registry.resolve(ref))
              .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> registry.assign(ref, version, change))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.history(ref))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> registry.versions(name))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> card(name)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new ModelVersion(name, 1, version.digest()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static ModelCard card(String name) {
    return ModelCard.builder(name).build();
  }

  @Test
  void documentsOfARegistryThatCouldBlowUpAreDamage() throws IOException {
    Path root = temporary.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      ModelVersion version = registry.publish(card("mlp"), mlp4("mlp4.onnx"));
      registry.assign("mlp@champion", version, Change.by("ana"));
      List<String> bombs =
          List.of(
              "[".repeat(1_000_000),
              "{\"a\":".repeat(1_000_000),
              "{\"a\":" + "9".repeat(2_000_000) + "}",
              "{\"a\":1e" + "9".repeat(900) + "}",
              "{\"a\":1,\"a\":2}",
              "{\"a\":\"" + "x".repeat(30_000_000) + "\"}");
      for (String document :
          List.of(
              "versions/000001/manifest.json",
              "versions/000001/card.json",
              "aliases/champion/000001.json")) {
        Path file = root.resolve("models/mlp").resolve(document);
        byte[] good = Files.readAllBytes(file);
        for (String bomb : bombs) {
          Files.writeString(file, bomb);
          assertThatThrownBy(
                  () -> {
                    registry.card(registry.resolve("mlp@champion"));
                    registry.history("mlp@champion");
                  })
              .as(document + " " + bomb.substring(0, 12))
              .isInstanceOf(IntegrityException.class)
              .hasMessageContaining(document.substring(document.lastIndexOf('/') + 1));
        }
        Files.write(file, good);
      }
      registry.resolve("mlp@champion");
    }
  }
}
