package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.VersionList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many versions: the index saves reading them, and nothing is wrong without it. */
class VersionIndexTest {
  private static final int MANY = VersionList.BLOCK + 30;

  @TempDir Path temp;
  private Path root;
  private Path model;

  @BeforeEach
  void publishAsAnOlderLibraryDid() throws IOException {
    root = temp.resolve("registry");
    model = Models.mlp4(temp);
    FileModelRegistry.open(root).close();
    Shelf.fill(root, model, 1, MANY);
  }

  private Path index() {
    return root.resolve("models/race/index");
  }

  private Path manifest(int number) {
    return Shelf.version(root, number).resolve("manifest.json");
  }

  /** By an instance that has seen nothing before. */
  private int publish(String id) {
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      return registry.publish(RegistryChild.card(id), model).number();
    }
  }

  private void assertEveryVersionIsFound() {
    for (int number : new int[] {1, 256, MANY}) {
      assertThat(publish("id-" + number)).isEqualTo(number);
    }
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("race"))
          .isEqualTo(
              IntStream.rangeClosed(1, MANY)
                  .mapToObj(number -> new ModelVersion("race", number, Models.MLP4))
                  .toList());
    }
  }

  @Test
  void whoeverPublishesWritesTheIndexThatIsMissing() throws IOException {
    assertThat(index()).doesNotExist();
    assertEveryVersionIsFound();
    try (Stream<Path> blocks = Files.list(index())) {
      assertThat(blocks.map(path -> path.getFileName().toString())).containsExactly("000001.json");
    }
    assertEveryVersionIsFound();
  }

  @Test
  void readingWritesNothing() {
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      registry.versions("race");
      registry.head();
      registry.verify();
      registry.resolve("race");
      registry.versions("race", VersionRange.newest(10));
    }
    assertThat(index()).doesNotExist();
  }

  @Test
  void publishingReadsNoManifestThatTheIndexKnows() throws IOException {
    publish("id-1");
    for (int number : new int[] {1, 100, 256}) {
      Files.writeString(manifest(number), "unreadable");
    }
    assertThat(publish("another")).isEqualTo(MANY + 1);
    assertThatThrownBy(() -> publish("id-1"))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(manifest(1).toString());
  }

  @Test
  void aPageReadsNoOtherManifests() throws IOException {
    for (int number = 1; number <= MANY - 10; number++) {
      Files.writeString(manifest(number), "unreadable");
    }
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("race", VersionRange.newest(10))).hasSize(10);
      assertThat(registry.resolve("race").number()).isEqualTo(MANY);
      assertThat(registry.resolve("race:" + MANY).number()).isEqualTo(MANY);
    }
  }

  @Test
  void aDigestThatManyVersionsHaveReadsTheManifestOfTheNewestOnly() throws IOException {
    publish("id-1");
    for (int number = 1; number <= VersionList.BLOCK; number++) {
      Files.writeString(manifest(number), "unreadable");
    }
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      ModelVersion newest = new ModelVersion("race", MANY, Models.MLP4);
      assertThat(registry.resolve(Models.MLP4.toString())).isEqualTo(newest);
    }
  }

  @Test
  void damagedBlocksAreMadeUpForAndWrittenAnew() throws IOException {
    publish("id-1");
    Path block = index().resolve("000001.json");
    byte[] right = Files.readAllBytes(block);
    byte[] wrong = right.clone();
    wrong[wrong.length / 2] ^= 1;
    byte[] other = Json.writeSealed(Json.parse(right).put("block", 2));
    for (byte[] damaged : List.of(new byte[0], wrong, other)) {
      Files.write(block, damaged);
      assertEveryVersionIsFound();
      assertThat(block).hasBinaryContent(right);
    }
    Files.delete(block);
    assertEveryVersionIsFound();
    assertThat(block).hasBinaryContent(right);
  }

  @Test
  void anOlderLibraryThatGoesOnWithoutTheIndexIsSeen() throws IOException {
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      registry.publish(RegistryChild.card("id-1"), model);
      Shelf.fill(root, model, MANY + 1, MANY + 250);
      assertThat(registry.publish(RegistryChild.card("id-" + (MANY + 7)), model).number())
          .isEqualTo(MANY + 7);
      assertThat(registry.publish(RegistryChild.card("new"), model).number()).isEqualTo(MANY + 251);
      assertThat(registry.versions("race")).hasSize(MANY + 251);
    }
  }

  @Test
  void headsAreTheSameWithAndWithoutTheIndex() throws IOException {
    RegistryHead before;
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      before = registry.head();
    }
    publish("id-1");
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.head()).isEqualTo(before).isEqualTo(registry.verify().head());
      registry.publish(RegistryChild.card("new"), model);
      assertThat(registry.verify(before).isIntact()).isTrue();
    }
  }

  @Test
  void aVersionThatIsMissingIsNamedAlsoWhereTheIndexKnowsIt() throws IOException {
    publish("id-1");
    Path folder = Shelf.version(root, 100);
    Disk.deleteQuietly(folder);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThatThrownBy(() -> registry.versions("race"))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(folder.toString());
      assertThat(registry.verify().firstBreak().orElseThrow().number()).isEqualTo(100);
    }
  }

  @Test
  void theIndexIsWrittenAlsoWhereTheFileSystemHasNoHardLinks() {
    try (ModelRegistry registry = FileModelRegistry.open(root, Clock.systemUTC(), false)) {
      registry.publish(RegistryChild.card("new"), model);
    }
    assertThat(index().resolve("000001.json")).isRegularFile();
  }
}
