package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Verification.Break;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry says when its folder is not what it was, or cannot be used at all. */
class DamagedRegistryTest {
  private static final String CHAMPION = "flight-delay@champion";

  @TempDir Path temp;
  private Path root;
  private ModelRegistry registry;
  private ModelVersion first;
  private ModelVersion second;

  @BeforeEach
  void publish() throws IOException {
    root = temp.resolve("registry");
    registry = FileModelRegistry.open(root);
    first = registry.publish(Models.fullCard("flight-delay"), Models.mlp4(temp));
    second = registry.publish(Models.card("flight-delay"), Models.mlp4Wrong(temp));
    registry.assign(CHAMPION, first, Change.by("ana"));
    registry.assign(CHAMPION, second, Change.by("bob"));
    registry.assign(CHAMPION, first, Change.by("ana").because("back"));
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Path version(int number, String file) {
    return root.resolve("models/flight-delay/versions/00000" + number).resolve(file);
  }

  private Path record(int number) {
    return root.resolve("models/flight-delay/aliases/champion/00000" + number + ".json");
  }

  /** All that the registry knows, read by an instance that has seen nothing before. */
  private static List<Object> readEverything(Path root) {
    try (ModelRegistry fresh = FileModelRegistry.open(root)) {
      List<Object> all = new ArrayList<>(fresh.history(CHAMPION));
      all.add(fresh.resolve(CHAMPION));
      for (ModelVersion version : fresh.versions("flight-delay")) {
        all.add(fresh.card(version));
        all.add(fresh.source(version).digest());
      }
      return all;
    }
  }

  @Test
  void everyFlippedBitIsFoundAndItsFileNamed() throws IOException {
    long seed = 20010101;
    Random random = new Random(seed);
    List<Object> whole = readEverything(root);
    for (String name : Models.tree(root).keySet()) {
      Path file = root.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < 20; i++) {
        byte[] damaged = bytes.clone();
        int bit = random.nextInt(bytes.length * 8);
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, damaged);
        Throwable error = catchThrowable(() -> assertThat(readEverything(root)).isEqualTo(whole));
        String what = name + " with bit " + bit + " flipped, seed " + seed;
        if (!name.equals("layout.json") || error != null) {
          assertThat(error)
              .as(what)
              .isInstanceOf(RegistryException.class)
              .hasMessageContaining(file.toString())
              .hasMessageContaining("expected");
        }
      }
      Files.write(file, bytes);
    }
    assertThat(readEverything(root)).isEqualTo(whole);
  }

  @Test
  void everyCutOrMissingFileIsFoundAndNamed() throws IOException {
    for (String name : Models.tree(root).keySet()) {
      Path file = root.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 2}) {
        Files.write(file, Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> readEverything(root))
            .as("%s cut to %d bytes", name, length)
            .isInstanceOf(IntegrityException.class)
            .hasMessageContaining(file.toString());
      }
      Files.delete(file);
      if (!file.equals(record(3))) {
        assertThatThrownBy(() -> readEverything(root))
            .as("%s deleted", name)
            .isInstanceOf(RegistryException.class)
            .hasMessageContaining(name.equals("layout.json") ? root.toString() : file.toString());
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void otherBytesUnderAVersionAreNamedBeforeAnythingUsesThem() throws IOException {
    Path file = version(1, "files/mlp4.onnx");
    Files.write(file, Files.readAllBytes(version(2, "files/mlp4_wrong.onnx")));

    assertThatThrownBy(() -> registry.source(first))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(file + ": found " + Models.MLP4_WRONG + ", expected " + Models.MLP4);
    assertThat(registry.source(second).digest()).isEqualTo(Models.MLP4_WRONG);
  }

  @Test
  void aVersionOfAnotherRegistryIsNotTakenForOurs() {
    ModelVersion foreign = new ModelVersion("flight-delay", 1, Models.MLP4_WRONG);
    assertThatThrownBy(() -> registry.source(foreign)).isInstanceOf(IntegrityException.class);
    assertThatThrownBy(() -> registry.card(foreign)).isInstanceOf(IntegrityException.class);
    assertThatThrownBy(() -> registry.assign(CHAMPION, foreign, Change.by("eve")))
        .isInstanceOf(IntegrityException.class);
    assertThat(registry.history(CHAMPION)).hasSize(3);
  }

  @Test
  void anExchangedVersionFolderIsFoundThroughTheAlias() throws IOException {
    Path other = temp.resolve("other");
    try (ModelRegistry forger = FileModelRegistry.open(other)) {
      forger.publish(Models.card("flight-delay"), Models.mlp4(temp));
    }
    Path card = version(1, "card.json");
    Path manifest = version(1, "manifest.json");
    Path forged = other.resolve("models/flight-delay/versions/000001");
    Files.write(card, Files.readAllBytes(forged.resolve("card.json")));
    Files.write(manifest, Files.readAllBytes(forged.resolve("manifest.json")));

    assertThatThrownBy(() -> registry.resolve(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("card or files were exchanged");
  }

  @Test
  void linksAndUnlistedFilesInAVersionAreRefused() throws IOException {
    Path file = version(1, "files/mlp4.onnx");
    Path elsewhere = Files.move(file, temp.resolve("elsewhere.onnx"));
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(() -> registry.source(first))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("symbolic link");
    Files.delete(file);
    Files.move(elsewhere, file);

    Path extra = Files.write(version(1, "files/extra.bin"), new byte[] {1});
    assertThatThrownBy(() -> registry.source(first))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(
            extra.toRealPath() + ": found a file that the manifest does not list");
    Files.delete(extra);

    Path card = version(1, "card.json");
    Files.createSymbolicLink(card, Files.move(card, temp.resolve("card.json")));
    assertThatThrownBy(() -> registry.card(first))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("symbolic link");

    Path folder = version(2, "");
    Files.createSymbolicLink(folder, Files.move(folder, temp.resolve("two")));
    assertThatThrownBy(() -> registry.source(second))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("symbolic link");
  }

  @Test
  void aFolderInPlaceOfAListedFileIsFoundWithoutReadingTheFiles() throws IOException {
    Path model = Files.createDirectory(temp.resolve("model"));
    Models.mlp4(model);
    Files.write(model.resolve("weights.bin"), new byte[] {1});
    registry.publish(Models.card("flight-delay"), model);
    Path file = version(3, "files/weights.bin");
    Files.delete(file);
    Files.createDirectory(file);
    assertThat(registry.verify(VerifyOptions.builder().recordsOnly().build()).breaks())
        .extracting(Break::number)
        .containsExactly(3L);
  }

  @Test
  void anEditedRecordBreaksTheChainThereEvenWithItsSealMadeAnew() throws IOException {
    ObjectNode json = Json.parse(Files.readAllBytes(record(2)));
    json.put("actor", "eve");
    Files.write(record(2), Json.writeSealed(json));

    assertThatThrownBy(() -> registry.history(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageStartingWith(record(2).toString())
        .hasMessageContaining("as record 3 of flight-delay@champion says");
    assertThat(registry.resolve(CHAMPION)).isEqualTo(first);
  }

  /** Such times can be written, but no time is before or after them. */
  @Test
  void recordsWithTheFirstAndTheLastTimeThatThereAreDoNotEndAVerification() throws IOException {
    for (String time : new String[] {"-1000000000-01-01T00:00:01Z", Instant.MAX.toString()}) {
      ObjectNode json = Json.parse(Files.readAllBytes(record(1)));
      json.put("at", time).put("clock", time);
      Files.write(record(1), Json.writeSealed(json));
      assertThat(registry.verify().breaks()).extracting(Break::number).containsExactly(2L);
      assertThatThrownBy(() -> registry.at(CHAMPION, Instant.EPOCH))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("as record 2");
    }
    Files.delete(record(2));
    Files.delete(record(3));
    VerifyOptions tolerant =
        VerifyOptions.builder().clockTolerance(ChronoUnit.FOREVER.getDuration()).build();
    try (ModelRegistry fresh = FileModelRegistry.open(root)) {
      assertThat(fresh.at(CHAMPION, Instant.EPOCH)).isEmpty();
      assertThat(fresh.verify(tolerant).jumps()).isEmpty();
    }
  }

  @Test
  void exchangedAndMissingRecordsAreNamed() throws IOException {
    byte[] two = Files.readAllBytes(record(2));
    Files.write(record(2), Files.readAllBytes(record(1)));
    assertThatThrownBy(() -> registry.history(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageStartingWith(record(2) + ": found record 1");
    Files.delete(record(2));
    assertThatThrownBy(() -> registry.history(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageStartingWith(record(2) + ": found nothing there");
    Files.write(record(2), two);
    assertThat(registry.history(CHAMPION)).hasSize(3);
  }

  @Test
  void aHistoryCutAtItsEndIsFoundByWhoeverSawTheEnd() throws IOException {
    AliasRecord last = registry.head(CHAMPION).orElseThrow();
    Files.delete(record(3));
    assertThatThrownBy(() -> registry.head(CHAMPION))
        .isInstanceOf(IntegrityException.class)
        .hasMessageStartingWith(record(3).toString());
    try (ModelRegistry fresh = FileModelRegistry.open(root)) {
      assertThatThrownBy(() -> fresh.assign(CHAMPION, second, Change.by("eve"), last))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("expected record 3");
    }
  }

  @Test
  void aRegistryThatIsAwayIsNotTakenForAnEmptyOne() throws IOException {
    Path away = Files.move(root, temp.resolve("away"));
    for (Runnable use :
        List.<Runnable>of(
            () -> registry.head(CHAMPION),
            () -> registry.head("flight-delay@never"),
            () -> registry.resolve("flight-delay"),
            () -> registry.versions("flight-delay"))) {
      assertThatThrownBy(use::run)
          .isExactlyInstanceOf(RegistryException.class)
          .hasMessageContaining("moved, deleted or unmounted");
    }
    Files.move(away, root);
    assertThat(registry.resolve(CHAMPION)).isEqualTo(first);
  }

  @Test
  void aLostVersionIsNamedAndTheOthersStayUsable() throws IOException {
    Files.move(version(1, ""), temp.resolve("lost"));
    for (Runnable use :
        List.<Runnable>of(
            () -> registry.resolve("flight-delay:1"),
            () -> registry.versions("flight-delay"),
            () -> registry.source(first))) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("versions/000001");
    }
    assertThat(registry.source(registry.resolve("flight-delay")).digest())
        .isEqualTo(Models.MLP4_WRONG);
  }

  @Test
  void aFileIsNoRegistryAndStaysAsItWas() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "mine");
    assertThatThrownBy(() -> FileModelRegistry.open(file))
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith(file + ": found a file, expected a folder");
    assertThatThrownBy(() -> FileModelRegistry.open(file.resolve("below")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("mine");
  }

  @Test
  void aFolderWithOtherThingsIsNoRegistryAndStaysAsItWas() throws IOException {
    Path home = Files.createDirectories(temp.resolve("home"));
    Files.writeString(home.resolve("letter.txt"), "dear");
    Map<String, Digest> before = Models.tree(home);
    assertThatThrownBy(() -> FileModelRegistry.open(home))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("letter.txt")
        .hasMessageContaining("expected a registry or an empty folder");
    assertThat(Models.tree(home)).isEqualTo(before);
  }

  @Test
  void aNewerLayoutIsRefusedWithASentence() throws IOException {
    Files.writeString(root.resolve("layout.json"), "{\"layout\":4,\"store\":\"mlops4j-registry\"}");
    Map<String, Digest> before = Models.tree(root);
    assertThatThrownBy(() -> FileModelRegistry.open(root))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("found layout 4, expected at most 3")
        .hasMessageContaining("newer mlops4j");
    assertThat(Models.tree(root)).isEqualTo(before);
  }

  @Test
  void whatCannotBeWrittenChangesNothingAndCanStillBeRead() throws IOException {
    // For root no permission makes a folder read-only; a file in place of the staging folder does.
    Disk.deleteQuietly(root.resolve(".staging"));
    Files.writeString(root.resolve(".staging"), "");
    Map<String, Digest> before = Models.tree(root);
    List<Object> whole = readEverything(root);
    Path model = Models.mlp4(temp);

    assertThatThrownBy(() -> registry.publish(Models.card("new"), model))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(root + ": cannot store new")
        .hasMessageContaining("permissions");
    assertThatThrownBy(() -> registry.assign(CHAMPION, second, Change.by("ana")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("cannot store " + CHAMPION);
    assertThat(Models.tree(root)).isEqualTo(before);
    assertThat(readEverything(root)).isEqualTo(whole);
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() {
    Path impossible = Path.of("/proc/mlops4j-registry");
    if (!Files.isDirectory(Path.of("/proc"))) {
      System.err.println("skipped: no /proc here to stand for a disk that cannot be written");
      return;
    }
    assertThatThrownBy(() -> FileModelRegistry.open(impossible))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(impossible.toString());
  }

  @Test
  void aReadOnlyFolderIsRefusedForWritingAndServesForReading() throws IOException {
    if (!root.toFile().setWritable(false) || Files.isWritable(root)) {
      System.err.println("skipped: this user may write into every folder (root?)");
      return;
    }
    Disk.deleteQuietly(root.resolve(".staging"));
    try {
      assertThat(readEverything(root)).isNotEmpty();
    } finally {
      assertThat(root.toFile().setWritable(true)).isTrue();
    }
  }
}
