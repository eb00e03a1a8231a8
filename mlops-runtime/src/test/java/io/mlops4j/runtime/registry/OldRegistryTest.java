package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that the first version of this library wrote opens, reads and goes on. */
class OldRegistryTest {
  private static final Instant AT = Instant.parse("2001-05-03T12:00:00.123456Z");

  // By sha256sum and verify.py, see the README beside the registry.
  private static final Digest FOLDER =
      Digest.parse("sha256:e0a5de63678cec6a4b37ff821a03a8e28540347ed210fe29f47afacea9fb63ba");
  private static final Digest SAVED_MODEL =
      Digest.parse("sha256:7647db9d4c8f918c62ce60e99892c06ac4ad1b6e1eaacf180deba1c27a223365");
  private static final Digest RECORD_1 =
      Digest.parse("sha256:10710674bd6ed667f21ff107e2e519a062aa63bd4cf560dc7f5dd01196edf5b9");
  private static final Digest RECORD_2 =
      Digest.parse("sha256:033ac764ae0a504107822e075f20c3cc393a67f5cf8b7684912669a00c198a70");
  private static final Digest RECORD_3 =
      Digest.parse("sha256:84f4a37a190ab3caf74101b1dd974c0a0ba6015d4da60a7ea3a64570c826f657");

  private static final ModelVersion ONE = new ModelVersion("flight-delay", 1, Models.MLP4);
  private static final ModelVersion TWO = new ModelVersion("flight-delay", 2, Models.MLP4_WRONG);

  private static Path fixture() throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(OldRegistryTest.class.getResource("layout-1/layout.json"))
                .toURI())
        .getParent();
  }

  @Test
  void everyVersionCardAndRecordIsRead() throws Exception {
    Path root = fixture();
    Map<String, Digest> before = Models.tree(root);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("flight-delay")).containsExactly(ONE, TWO);
      assertThat(registry.card(ONE)).isEqualTo(Models.fullCard("flight-delay"));
      assertThat(registry.card(TWO)).isEqualTo(Models.card("flight-delay"));
      for (ModelVersion version : List.of(ONE, TWO)) {
        ModelSource source = registry.source(version);
        assertThat(source.format()).isEqualTo(ModelFormat.ONNX);
        assertThat(Digest.sha256(Objects.requireNonNull(source.bytes())))
            .isEqualTo(version.digest());
      }
      assertThat(registry.history("flight-delay@champion"))
          .containsExactly(
              new AliasRecord(
                  "flight-delay",
                  "champion",
                  1,
                  null,
                  ONE,
                  Change.by("ana").because("first model; größer ist besser"),
                  AT,
                  null),
              new AliasRecord(
                  "flight-delay", "champion", 2, ONE, TWO, Change.by("bob"), AT, RECORD_1),
              new AliasRecord(
                  "flight-delay",
                  "champion",
                  3,
                  TWO,
                  ONE,
                  Change.by("delay-service").because("alarm 7"),
                  AT,
                  RECORD_2));
      assertThat(registry.resolve("flight-delay@champion")).isEqualTo(ONE);
      assertThat(registry.resolve("flight-delay@challenger")).isEqualTo(TWO);
    }
    assertThat(Models.tree(root)).isEqualTo(before);
  }

  @Test
  void foldersOfManyFilesAreRead() throws Exception {
    try (ModelRegistry registry = FileModelRegistry.open(fixture())) {
      ModelVersion many = registry.resolve("many-files");
      assertThat(many).isEqualTo(new ModelVersion("many-files", 1, FOLDER));
      assertThat(registry.source(many).external()).containsOnlyKeys("data/w.bin");

      ModelVersion saved = registry.resolve("saved-model");
      assertThat(saved).isEqualTo(new ModelVersion("saved-model", 1, SAVED_MODEL));
      assertThat(registry.source(saved).format()).isEqualTo(ModelFormat.TENSORFLOW);
      assertThat(registry.source(saved).external())
          .containsOnlyKeys("saved_model.pb", "variables/v");
    }
  }

  @Test
  void theSameContentIsStillTheSameVersionAndTheHistoryGoesOn(@TempDir Path temp) throws Exception {
    Path root = temp.resolve("copy");
    Path fixture = fixture();
    try (Stream<Path> paths = Files.walk(fixture)) {
      for (Path path : paths.toList()) {
        Files.copy(path, root.resolve(fixture.relativize(path).toString()));
      }
    }
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      Path model = Models.mlp4(temp);
      assertThat(registry.publish(Models.fullCard("flight-delay"), model)).isEqualTo(ONE);
      assertThat(registry.publish(Models.card("flight-delay"), model))
          .isEqualTo(new ModelVersion("flight-delay", 3, Models.MLP4));
      AliasRecord next = registry.assign("flight-delay@champion", TWO, Change.by("ana"));
      assertThat(next.number()).isEqualTo(4);
      assertThat(next.previous()).isEqualTo(RECORD_3);
      assertThat(registry.history("flight-delay@champion")).hasSize(4);
    }
  }

  /**
   * Whoever changes how documents are written finds out here that old cards become new ones.
   * Manifests say who published since, so that they and what names their digests are compared
   * without that.
   */
  @Test
  void todaysLibraryWritesTheSameBytes(@TempDir Path temp) throws Exception {
    LayoutFixture.write(temp.resolve("registry"), temp.resolve("models"));
    assertThat(documents(temp.resolve("registry"))).isEqualTo(documents(fixture()));
  }

  private static Map<String, String> documents(Path folder) throws IOException {
    Map<String, String> documents = new TreeMap<>();
    for (Map.Entry<String, Digest> file : Models.tree(folder).entrySet()) {
      String name = file.getKey();
      boolean says = name.contains("/aliases/") || name.endsWith("manifest.json");
      documents.put(
          name, says ? withoutPublisher(folder.resolve(name)) : file.getValue().toString());
    }
    return documents;
  }

  private static String withoutPublisher(Path file) throws IOException {
    ObjectNode json = Json.parse(Files.readAllBytes(file));
    json.remove(List.of("publisher", "seal", "previous"));
    if (json.get("to") instanceof ObjectNode to) {
      to.remove("manifest");
    }
    return new String(Json.write(json), StandardCharsets.UTF_8);
  }
}
