package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Narrowing;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Progress;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.registry.store.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder into a database and back, everything stays what it was, byte for byte. */
class RegistryCopyTest {
  private static final Change ANA = Change.by("ana").because("why not");
  private static final RegistryOptions OPTIONS =
      RegistryOptions.builder()
          .retention(Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO))
          .build();

  private static final ModelCard NARROWED =
      ModelCard.builder("delay")
          .features(FeatureSchema.ofNames("x").withNarrowing(Narrowing.CHECKED))
          .build();

  @TempDir Path temp;
  private final DatabaseUnderTest database = DatabaseUnderTest.h2();
  private ModelRegistry folder;
  private ModelRegistry tables;

  @BeforeEach
  void fill() throws IOException {
    folder = FileModelRegistry.open(temp.resolve("folder"), OPTIONS);
    tables = database.open(temp.resolve("tables"), OPTIONS);
    ModelVersion one = folder.publish(Models.card("fraud"), Models.mlp4(temp));
    ModelVersion two = folder.publish(Models.fullCard("fraud"), twoFiles());
    ModelVersion three = folder.publish(Models.card("fraud"), Models.mlp4Wrong(temp));
    folder.publish(NARROWED, Models.mlp4(temp));
    folder.assign("fraud@champion", one, ANA);
    folder.assign("fraud@champion", two, ANA);
    folder.assign("fraud@challenger", one, ANA);
    folder.deprecate(one, ANA);
    Models.signer().sign(folder, two);
    folder.delete(three, ANA);
    folder.collect(ANA);
  }

  @AfterEach
  void close() throws SQLException {
    folder.close();
    tables.close();
    database.checkAndClose();
  }

  private Path twoFiles() throws IOException {
    Path two = Files.createDirectories(temp.resolve("two"));
    Files.move(Models.mlp4(two), two.resolve("model.onnx"));
    Files.write(Files.createDirectories(two.resolve("sub")).resolve("weights"), new byte[2 << 20]);
    Files.write(two.resolve("empty"), new byte[0]);
    return two;
  }

  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.filter(Models::isStored).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void fromAFolderIntoADatabaseAndBackNothingChanges() throws Exception {
    RegistryHead head = folder.head();
    RegistryCopy.Copied copied = RegistryCopy.of(folder, tables).run();
    assertThat(copied.versions()).isEqualTo(4);
    assertThat(copied.records()).isEqualTo(6);
    assertThat(copied.bytes()).isGreaterThan(2 << 20);
    assertThat(tables.head()).isEqualTo(head);
    assertThat(tables.verify(head).breaks()).isEmpty();
    assertThat(tables.history("fraud@champion")).isEqualTo(folder.history("fraud@champion"));
    assertThat(tables.changes("fraud")).isEqualTo(folder.changes("fraud"));
    assertThat(tables.resolve("fraud@champion")).isEqualTo(folder.resolve("fraud@champion"));

    try (ModelRegistry back = FileModelRegistry.open(temp.resolve("back"))) {
      RegistryCopy.of(tables, back).run();
      assertThat(back.verify(head).breaks()).isEmpty();
      assertThat(back.head()).isEqualTo(head);
      assertThat(back.card(back.resolve("delay:1"))).isEqualTo(NARROWED);
    }
    assertThat(files(temp.resolve("back")))
        .containsExactlyInAnyOrderEntriesOf(files(temp.resolve("folder")));
  }

  @Test
  void aCopyThatWasEndedGoesOnWhereItWas() throws Exception {
    CancellationException enough = new CancellationException("enough");
    List<Progress> told = new ArrayList<>();
    RegistryCopy copy =
        RegistryCopy.of(folder, tables)
            .listener(
                now -> {
                  told.add(now);
                  if (told.size() % 3 == 0) {
                    throw enough;
                  }
                });
    for (int runs = 1; ; runs++) {
      try {
        copy.run();
        assertThat(runs).isGreaterThan(2);
        break;
      } catch (CancellationException e) {
        assertThat(e).isSameAs(enough);
      }
    }
    assertThat(told.get(0).total()).isEqualTo(10);
    // Two of 318 bytes, and one with 2 MiB of weights; the bytes of the fourth are removed.
    assertThat(told.get(0).totalBytes()).isEqualTo(3 * 318 + (2 << 20));
    assertThat(tables.verify().breaks()).isEmpty();
    assertThat(tables.head()).isEqualTo(folder.head());
  }

  @Test
  void aSecondRunTakesAlongOnlyWhatCameSince() throws Exception {
    RegistryCopy copy = RegistryCopy.of(folder, tables);
    copy.run();
    assertThat(copy.run()).isEqualTo(new RegistryCopy.Copied(0, 0, 0));
    folder.assign("fraud@champion", folder.resolve("fraud:1"), ANA);
    folder.publish(Models.fullCard("delay"), Models.mlp4(temp));
    RegistryCopy.Copied second = copy.run();
    assertThat(second.versions()).isEqualTo(1);
    assertThat(second.records()).isEqualTo(1);
    assertThat(tables.head()).isEqualTo(folder.head());
  }

  @Test
  void aTargetThatHoldsSomethingElseIsRefusedBeforeAnythingIsWritten() throws Exception {
    tables.publish(Models.card("fraud"), Models.mlp4Wrong(temp));
    RegistryHead before = tables.head();
    assertRefused("fraud: found another number 1");
    assertThat(tables.head()).isEqualTo(before);
  }

  @Test
  void aTargetThatWentOnByItselfIsRefused() throws Exception {
    RegistryCopy.of(folder, tables).run();
    tables.assign("fraud@champion", tables.resolve("fraud:1"), ANA);
    assertRefused("fraud@champion: found number 3");
  }

  @Test
  void aTargetWithAnotherModelOrAliasIsRefused() throws Exception {
    ModelVersion other = tables.publish(Models.card("other"), Models.mlp4(temp));
    assertRefused("other: found a model");
    assertThat(other.number()).isEqualTo(1);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> RegistryCopy.of(folder, tables).run())
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("copy into an empty registry");
  }

  @Test
  void damagedBytesAreNotCopied() throws Exception {
    Path file = temp.resolve("folder/models/fraud/versions/000002/files/sub/weights");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> RegistryCopy.of(folder, tables).run())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("weights");
    assertThat(tables.verify().breaks()).isEmpty();
    assertThat(tables.versions("fraud")).hasSize(1);
  }

  @Test
  void aForgedRecordIsNotCopied() throws Exception {
    Path file = temp.resolve("folder/models/fraud/aliases/champion/000001.json");
    Files.writeString(file, Files.readString(file).replace("ana", "eve"));
    assertThatThrownBy(() -> RegistryCopy.of(folder, tables).run())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("000001.json");
  }

  /** Its maker may have written everything in it, seals and digests included. */
  @Test
  void aSourceWhoseFilesWouldLeaveTheirFolderIsRefused() throws Exception {
    Path root = Files.createDirectories(temp.resolve("stranger"));
    Path target = Files.createDirectories(temp.resolve("ours")).resolve("registry");
    try (ModelRegistry stranger = FileModelRegistry.open(root);
        ModelRegistry ours = FileModelRegistry.open(target)) {
      ModelVersion version = stranger.publish(Models.card("fraud"), twoFilesNamed("!a"));
      Path folder = root.resolve("models/fraud/versions/000001");
      Path manifest = folder.resolve("manifest.json");
      String evil = "../../../../evil";
      Files.writeString(folder.resolve("files").resolve(evil), "evil");
      rewrite(manifest, version, evil);
      assertThatThrownBy(() -> RegistryCopy.of(stranger, ours).run())
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("a file named \"" + evil + "\"");
      assertThatThrownBy(() -> stranger.source(version)).isInstanceOf(IntegrityException.class);
    }
    assertThat(temp.resolve("ours/evil")).doesNotExist();
  }

  private Path twoFilesNamed(String first) throws IOException {
    Path model = Files.createDirectories(temp.resolve("named"));
    Files.move(Models.mlp4(model), model.resolve("model.onnx"));
    Files.writeString(model.resolve(first), "first");
    return model;
  }

  private static void rewrite(Path file, ModelVersion version, String evil) throws IOException {
    Manifest honest =
        Document.read(
            file, Files.readAllBytes(file), json -> Manifest.read(json, version.name(), 1));
    Map<String, Manifest.Entry> files = new TreeMap<>(honest.files());
    files.put(evil, new Manifest.Entry(4, Digest.sha256("evil".getBytes(StandardCharsets.UTF_8))));
    Manifest forged =
        new Manifest(
            new ModelVersion(version.name(), 1, Manifest.digest(files, true)),
            honest.kind(),
            true,
            files,
            honest.card(),
            honest.publication());
    Files.write(file, forged.write());
  }
}
