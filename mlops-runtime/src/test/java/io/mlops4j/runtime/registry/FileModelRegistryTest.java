package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileModelRegistryTest {
  private static final Instant NOW = Instant.parse("2001-03-04T05:06:07.000008Z");
  private static final Change FIRST = Change.by("ana").because("first model");

  @TempDir Path temp;
  private Path root;
  private ModelRegistry registry;

  @BeforeEach
  void open() {
    root = temp.resolve("registry");
    registry = FileModelRegistry.open(root, Clock.fixed(NOW, ZoneOffset.UTC), true);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private ModelVersion publish(String name) throws IOException {
    return registry.publish(Models.card(name), Models.mlp4(temp));
  }

  private static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  @Test
  void anExistingRegistryIsNotCreated() throws IOException {
    Path misspelt = temp.resolve("regsitry");
    assertThatThrownBy(() -> FileModelRegistry.openExisting(misspelt))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            misspelt
                + ": found no registry, but no folder; check the path and whether its disk is"
                + " mounted, or publish a first model there, which creates the registry");
    assertThat(misspelt).doesNotExist();
    Files.createDirectory(misspelt);
    assertThatThrownBy(() -> FileModelRegistry.openExisting(misspelt))
        .hasMessageContaining("found no registry, but an empty folder");
    assertThat(misspelt).isEmptyDirectory();
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> FileModelRegistry.openExisting(file))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(file.toString());
    ModelVersion version = publish("flight-delay");
    try (ModelRegistry again = FileModelRegistry.openExisting(root)) {
      assertThat(again.resolve("flight-delay")).isEqualTo(version);
    }
  }

  @Test
  void publishesAVersionAndNamesTheChampion() throws IOException {
    Path data = Files.writeString(temp.resolve("flights-2001-01.arrow"), "abc");
    ModelCard card =
        ModelCard.builder("flight-delay")
            .owner("ops-ml")
            .licence("Apache-2.0")
            .intendedUse("warn passengers; not for crew scheduling")
            .features(
                FeatureSchema.ofNames("distance", "hour", "weekday", "origin", "destination")
                    .withKey("flight_id"))
            .trainedOn(DatasetRef.of("flights-2001-01", Digest.sha256(data)))
            .metric("roc_auc", 0.65)
            .build();
    ModelVersion v1 = registry.publish(card, Models.mlp4(temp));
    AliasRecord record = registry.assign("flight-delay@champion", v1, FIRST);

    assertThat(v1).isEqualTo(new ModelVersion("flight-delay", 1, Models.MLP4));
    assertThat(record)
        .isEqualTo(new AliasRecord("flight-delay", "champion", 1, null, v1, FIRST, NOW, null));
    assertThat(registry.history("flight-delay@champion")).containsExactly(record);
    assertThat(registry.resolve("flight-delay@champion")).isEqualTo(v1);
    assertThat(registry.card(v1)).isEqualTo(card);

    ModelSource source = registry.source(v1);
    ByteBuffer bytes = Objects.requireNonNull(source.bytes());
    assertThat(Digest.sha256(bytes)).isEqualTo(Models.MLP4);
    assertThat(source.format()).isEqualTo(ModelFormat.ONNX);
    assertThat(source.digest()).isEqualTo(Models.MLP4);
    assertThat(source.main().getFileName()).hasToString("mlp4.onnx");
  }

  @Test
  void liesInTheFolderAsDocumented() throws IOException {
    registry.assign("flight-delay@champion", publish("flight-delay"), FIRST);

    assertThat(tree(root).stream().map(path -> path.toString().replace('\\', '/')))
        .containsExactly(
            ".locks/flight-delay",
            "layout.json",
            "models/flight-delay/aliases/champion/000001.json",
            "models/flight-delay/versions/000001/card.json",
            "models/flight-delay/versions/000001/files/mlp4.onnx",
            "models/flight-delay/versions/000001/manifest.json");
    assertThat(registry.location()).isEqualTo(root.toUri());
  }

  @Test
  void theSameBytesAndCardAreTheSameVersionAndAnotherCardIsANewOne() throws IOException {
    ModelVersion first = publish("flight-delay");
    assertThat(publish("flight-delay")).isEqualTo(first);
    Path renamed = Files.copy(Models.mlp4(temp), temp.resolve("renamed.onnx"));
    assertThat(registry.publish(Models.card("flight-delay"), renamed)).isEqualTo(first);

    ModelVersion card = registry.publish(Models.fullCard("flight-delay"), Models.mlp4(temp));
    ModelVersion bytes = registry.publish(Models.card("flight-delay"), Models.mlp4Wrong(temp));
    assertThat(card).isEqualTo(new ModelVersion("flight-delay", 2, Models.MLP4));
    assertThat(bytes).isEqualTo(new ModelVersion("flight-delay", 3, Models.MLP4_WRONG));
    assertThat(registry.versions("flight-delay")).containsExactly(first, card, bytes);

    try (ModelRegistry second = FileModelRegistry.open(root)) {
      assertThat(second.publish(Models.fullCard("flight-delay"), Models.mlp4(temp)))
          .isEqualTo(card);
    }
  }

  @Test
  void resolvesLatestNumberAndAlias() throws IOException {
    ModelVersion first = publish("flight-delay");
    ModelVersion second = registry.publish(Models.fullCard("flight-delay"), Models.mlp4(temp));
    registry.assign("flight-delay@champion", first, FIRST);

    assertThat(registry.resolve("flight-delay")).isEqualTo(second);
    assertThat(registry.resolve("flight-delay:1")).isEqualTo(first);
    assertThat(registry.resolve("flight-delay@champion")).isEqualTo(first);
  }

  @Test
  void whatIsNotThereIsAnsweredWithWhatIs() throws IOException {
    registry.assign("flight-delay@champion", publish("flight-delay"), FIRST);

    assertThatThrownBy(() -> registry.resolve("flight-delay:7"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("flight-delay:7: found versions 1 to 1");
    assertThatThrownBy(() -> registry.resolve("flight-dely"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("models there are: flight-delay");
    assertThatThrownBy(() -> registry.resolve("flight-delay@chamipon"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("aliases of flight-delay: champion");
    assertThat(registry.head("flight-delay@challenger")).isEmpty();
    assertThat(registry.history("nobody@challenger")).isEmpty();
    assertThat(registry.versions("nobody")).isEmpty();
  }

  @Test
  void anAliasRemembersEveryChange() throws IOException {
    ModelVersion first = publish("flight-delay");
    ModelVersion second = registry.publish(Models.fullCard("flight-delay"), Models.mlp4(temp));
    AliasRecord one = registry.assign("flight-delay@champion", first, FIRST);
    AliasRecord two = registry.assign("flight-delay@champion", second, Change.by("bob"), one);
    AliasRecord back = registry.assign("flight-delay@champion", first, Change.by("ana"));

    assertThat(registry.history("flight-delay@champion")).containsExactly(one, two, back);
    assertThat(back.from()).isEqualTo(second);
    assertThat(back.number()).isEqualTo(3);
    Path record = root.resolve("models/flight-delay/aliases/champion/000002.json");
    assertThat(back.previous()).isEqualTo(Digest.sha256(record));
  }

  @Test
  void anAssignmentOnAnOldViewChangesNothing() throws IOException {
    ModelVersion version = publish("flight-delay");
    AliasRecord one = registry.assign("flight-delay@champion", version, FIRST);
    AliasRecord two = registry.assign("flight-delay@champion", version, Change.by("bob"), one);

    assertThatThrownBy(
            () -> registry.assign("flight-delay@champion", version, Change.by("eve"), one))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found record 2 (to flight-delay:1 by bob), expected record 1");
    assertThat(registry.head("flight-delay@champion")).contains(two);
  }

  @Test
  void anotherInstanceSeesAChangeAtOnce() throws IOException {
    ModelVersion version = publish("flight-delay");
    try (ModelRegistry other = FileModelRegistry.open(root)) {
      AliasRecord one = registry.assign("flight-delay@champion", version, FIRST);
      assertThat(other.head("flight-delay@champion")).contains(one);
      AliasRecord two = other.assign("flight-delay@champion", version, FIRST);
      assertThat(registry.head("flight-delay@champion")).contains(two);
    }
  }

  @Test
  void theSameHoldsWhereTheFileSystemHasNoHardLinks() throws IOException {
    ModelVersion version = publish("flight-delay");
    try (ModelRegistry linkless =
        FileModelRegistry.open(root, Clock.fixed(NOW, ZoneOffset.UTC), false)) {
      AliasRecord one = linkless.assign("flight-delay@champion", version, FIRST);
      AliasRecord two = registry.assign("flight-delay@champion", version, FIRST, one);
      AliasRecord three = linkless.assign("flight-delay@champion", version, FIRST, two);
      assertThatThrownBy(() -> linkless.assign("flight-delay@champion", version, FIRST, two))
          .isInstanceOf(RegistryException.class);
      assertThat(registry.history("flight-delay@champion")).containsExactly(one, two, three);
      assertThat(root.resolve("models/flight-delay/aliases/champion/000003.json")).isDirectory();
    }
  }

  @Test
  void namesThatCouldLeaveTheFolderAreRefused() throws IOException {
    ModelVersion version = publish("flight-delay");
    for (String ref : List.of("../evil", "a/../b", "/etc", "A", "", "..", "a@../b", "a@b/c")) {
      assertThatThrownBy(() -> registry.resolve(ref)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> registry.head(ref)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> registry.assign(ref, version, FIRST))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> registry.versions(ref)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Models.card("../evil")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> registry.assign("other@champion", version, FIRST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected a version of other");
    assertThatThrownBy(() -> registry.assign("flight-delay", version, FIRST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flight-delay@champion");
  }

  @Test
  void aFolderIsPublishedWithAllItsFiles() throws IOException {
    Path folder = temp.resolve("model");
    Models.mlp4(folder);
    Files.write(Files.createDirectories(folder.resolve("data")).resolve("w.bin"), new byte[] {7});
    ModelVersion version = registry.publish(Models.card("big"), folder);
    ModelSource source = registry.source(version);

    assertThat(source.format()).isEqualTo(ModelFormat.ONNX);
    assertThat(source.external()).containsOnlyKeys("data/w.bin");
    assertThat(registry.publish(Models.card("big"), folder)).isEqualTo(version);
  }

  @Test
  void whatIsNoModelIsNotPublished() throws IOException {
    Path text = Files.writeString(temp.resolve("model.onnx"), "hello, world");
    for (Path path : List.of(text, temp.resolve("missing.onnx"))) {
      assertThatThrownBy(() -> registry.publish(Models.card("bad"), path))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(path.toString());
    }
    assertThat(registry.versions("bad")).isEmpty();
    assertThat(tree(root)).containsExactly(Path.of("layout.json"));
  }

  @Test
  void aClosedRegistryRefusesEverythingAndItsSourcesStayValid() throws IOException {
    ModelVersion version = publish("flight-delay");
    ModelSource source = registry.source(version);
    registry.close();
    registry.close();

    List<Runnable> uses =
        List.of(
            () -> registry.resolve("flight-delay"),
            () -> registry.versions("flight-delay"),
            () -> registry.card(version),
            () -> registry.source(version),
            () -> registry.head("flight-delay@champion"),
            () -> registry.history("flight-delay@champion"),
            () -> registry.assign("flight-delay@champion", version, FIRST),
            () -> registry.publish(Models.card("flight-delay"), temp.resolve("mlp4.onnx")),
            () -> registry.location());
    for (Runnable use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(root.toString());
    }
    assertThat(Digest.sha256(Objects.requireNonNull(source.bytes()))).isEqualTo(Models.MLP4);
  }

  @Test
  void whatAKilledProcessLeftBehindIsIgnoredAndRemovedWhenOld() throws IOException {
    ModelVersion version = publish("flight-delay");
    Path young = Files.createDirectories(root.resolve(".staging/young/files"));
    Path old = Files.createDirectories(root.resolve(".staging/old/files"));
    Files.write(young.resolve("half.onnx"), new byte[] {1});
    Path half = Files.write(old.resolve("half.onnx"), new byte[] {1});
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    for (Path path : List.of(half, old, root.resolve(".staging/old"))) {
      Files.setLastModifiedTime(path, longAgo);
    }

    try (ModelRegistry again = FileModelRegistry.open(root)) {
      assertThat(again.versions("flight-delay")).containsExactly(version);
      assertThat(root.resolve(".staging/old")).doesNotExist();
      assertThat(young.resolve("half.onnx")).exists();
    }
  }

  @Test
  void emptyFoldersAndFilesOfOthersAreNoModelsAndNoAliases() throws IOException {
    ModelVersion version = publish("flight-delay");
    registry.assign("flight-delay@champion", version, FIRST);
    Files.createDirectories(root.resolve("models/failed/versions"));
    Files.createDirectories(root.resolve("models/flight-delay/aliases/failed"));
    Files.writeString(root.resolve("models/.DS_Store"), "of a desktop");
    Files.writeString(root.resolve("models/flight-delay/aliases/.DS_Store"), "of a desktop");

    assertThat(registry.models()).containsExactly("flight-delay");
    assertThat(registry.aliases("flight-delay")).containsExactly("champion");
    assertThat(registry.verify().breaks()).isEmpty();
    assertThat(registry.head().entries()).hasSize(2);
  }

  @Test
  void aThreadThatIsInterruptedStillReadsAndStaysInterrupted() throws IOException {
    ModelVersion version = publish("flight-delay");
    AliasRecord record = registry.assign("flight-delay@champion", version, FIRST);
    Thread.currentThread().interrupt();
    try {
      assertThat(registry.resolve("flight-delay@champion")).isEqualTo(version);
      assertThat(registry.history("flight-delay@champion")).containsExactly(record);
      assertThat(registry.card(version)).isEqualTo(Models.card("flight-delay"));
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  /** As of an engine whose library cannot be linked. */
  @Test
  void aWatchGoesOnWhateverItsListenerThrows() throws Exception {
    RegistryOptions often = RegistryOptions.builder().every(Duration.ofMillis(5)).build();
    try (ModelRegistry watched = FileModelRegistry.open(root, often)) {
      ModelVersion version = publish("flight-delay");
      BlockingQueue<Long> told = new LinkedBlockingQueue<>();
      watched.watch(
          "flight-delay@champion",
          now -> {
            told.add(now.number());
            throw new UnsatisfiedLinkError("a library that is not there");
          });
      for (long number = 1; number <= 3; number++) {
        registry.assign("flight-delay@champion", version, FIRST);
        assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(number);
      }
    }
  }
}
