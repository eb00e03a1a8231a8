package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.CacheFixture.MODELS;
import static io.mlops4j.runtime.onnx.CacheFixture.answers;
import static io.mlops4j.runtime.onnx.CacheFixture.entry;
import static io.mlops4j.runtime.onnx.CacheFixture.files;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.spi.EngineModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers from the cache equal those without it, bit for bit. */
class CachedSessionsTest {
  @TempDir Path temp;

  private ModelCache cache() {
    return ModelCache.in(temp.resolve("cache"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlp4",
        "fixed_batch8",
        "columns",
        "columns2d",
        "strings_out",
        "dynamic",
        "classifier",
        "classifier_zipmap",
        "engine/scalar",
        "engine/any_rank",
        "engine/lookup",
        "engine/type_float16",
        "engine/type_bfloat16",
        "engine/type_string",
        "engine/type_uint16",
        "engine/overridable",
        "engine/unsigned_in",
        "sklearn/penguins_forest",
        "sklearn/penguins_mass",
        "sklearn/penguins_zipmap"
      })
  void answersEqualThoseWithoutACache(String name) throws Exception {
    Path model = MODELS.resolve(name + ".onnx");
    String expected = answers(model, null);
    assertThat(answers(model, cache())).as("while it is written").isEqualTo(expected);
    Path entry = entry(temp.resolve("cache"));
    Map<String, String> before = files(entry);
    assertThat(before).containsKeys("graph.onnx", "entry.txt");
    assertThat(answers(model, cache())).as("from the cache").isEqualTo(expected);
    assertThat(files(entry).get("graph.onnx")).isEqualTo(before.get("graph.onnx"));
  }

  @Test
  void nothingIsWrittenUnlessTheUserAsks() throws IOException {
    Path model = Files.copy(MODELS.resolve("mlp4.onnx"), temp.resolve("mlp4.onnx"));
    answers(model, null);
    assertThat(files(temp)).containsOnlyKeys("mlp4.onnx");
  }

  @Test
  void weightsLieInAFileOfTheirOwnAndAnswersAreTheSame() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("matmul.onnx"), 1);
    sameAnswersTwice(model);
    assertThat(files(entry(temp.resolve("cache")))).containsKey("weights.bin");
  }

  @Test
  void convolutionsLaidOutForThisCpuAnswerTheSame() throws Exception {
    sameAnswersTwice(CacheModels.convolutions(temp.resolve("conv.onnx")));
    assertThat(Files.readString(entryFile("graph.onnx"), ISO_8859_1)).contains("nchwc");
  }

  @Test
  void branchesWithWeightsInsideAnswerTheSameWhetherTheyAreKeptOrNot() throws Exception {
    Path model = CacheModels.branches(temp.resolve("branches.onnx"));
    String expected = answers(model, null);
    assertThat(answers(model, cache())).isEqualTo(expected);
    assertThat(answers(model, cache())).isEqualTo(expected);
  }

  private void sameAnswersTwice(Path model) {
    String expected = answers(model, null);
    assertThat(answers(model, cache())).isEqualTo(expected);
    assertThat(answers(model, cache())).isEqualTo(expected);
  }

  private Path entryFile(String name) throws IOException {
    return entry(temp.resolve("cache")).resolve(name);
  }

  @Test
  void weightsInFurtherFilesLoadWithoutTheCache() throws Exception {
    Path folder = MODELS.resolve("engine/external_folder");
    String expected = answers(folder, null);
    assertThat(answers(folder, cache())).isEqualTo(expected);
    assertThat(files(temp.resolve("cache/models"))).isEmpty();
  }

  @Test
  void filesThatTheModelDoesNotReadDoNotKeepItOutOfTheCache() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("version"));
    Files.copy(MODELS.resolve("mlp4.onnx"), folder.resolve("model.onnx"));
    Files.writeString(folder.resolve("january.reference"), "healthy rows");
    String expected = answers(folder, null);
    assertThat(answers(folder, cache())).isEqualTo(expected);
    assertThat(entryFile("graph.onnx")).isRegularFile();
    assertThat(answers(folder, cache())).as("from the cache").isEqualTo(expected);
  }

  @Test
  void everyDamageIsRefusedAndTheEntryMadeAgain() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("matmul.onnx"), 1);
    String expected = answers(model, cache());
    for (Damage damage : Damage.values()) {
      for (String name : List.of("graph.onnx", "weights.bin", "entry.txt")) {
        Path file = entryFile(name);
        byte[] whole = Files.readAllBytes(file);
        damage.to(file);
        assertThat(answers(model, cache())).as("%s of %s", damage, name).isEqualTo(expected);
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
        if (!name.equals("entry.txt")) { // which holds the stamp of the new weights
          assertThat(file).as("%s of %s: made again", damage, name).hasBinaryContent(whole);
        }
      }
    }
  }

  /** What can happen to a file. */
  private enum Damage {
    FIRST_BYTE,
    MIDDLE_BYTE,
    LAST_BYTE,
    CUT,
    EMPTY,
    LONGER,
    VAST,
    GONE,
    LINK,
    FOLDER,
    OPEN_TO_OTHERS;

    void to(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      switch (this) {
        case FIRST_BYTE -> flip(file, bytes, 0);
        case MIDDLE_BYTE -> flip(file, bytes, bytes.length / 2);
        case LAST_BYTE -> flip(file, bytes, bytes.length - 1);
        case CUT -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        case EMPTY -> Files.write(file, new byte[0]);
        case LONGER -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        case VAST -> {
          try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(Integer.MAX_VALUE);
          }
        }
        case GONE -> Files.delete(file);
        case LINK -> {
          Path elsewhere = Files.write(file.resolveSibling("elsewhere"), bytes);
          Files.delete(file);
          Files.createSymbolicLink(file, elsewhere);
        }
        case FOLDER -> {
          Files.delete(file);
          Files.createDirectory(file);
        }
        case OPEN_TO_OTHERS ->
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        default -> throw new AssertionError(this);
      }
    }

    /** In place, as an editor of bytes would, with the time of modification set back. */
    private static void flip(Path file, byte[] bytes, int at) throws IOException {
      FileTime modified = Files.getLastModifiedTime(file);
      bytes[at] ^= 1;
      Files.write(file, bytes);
      Files.setLastModifiedTime(file, modified);
    }
  }

  @Thorough("mutations")
  @Test
  void everyByteOfTheManifestCounts() throws Exception {
    Path model = Files.copy(MODELS.resolve("mlp4.onnx"), temp.resolve("mlp4.onnx"));
    String expected = answers(model, cache());
    try (CacheFixture fixture = new CacheFixture(cache())) {
      byte[] whole = Files.readAllBytes(entryFile("entry.txt"));
      for (int i = 0; i < whole.length; i++) {
        byte[] edited = Files.readAllBytes(entryFile("entry.txt"));
        edited[i] ^= 2;
        Files.write(entryFile("entry.txt"), edited);
        fixture.load(model).close();
        assertThat(entryFile("entry.txt")).as("byte %d", i).hasBinaryContent(whole);
      }
      assertThat(fixture.answers(model)).isEqualTo(expected);
    }
  }

  @Test
  void entriesThatWereSwappedAreRefused() throws Exception {
    Path one = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    Path two = CacheModels.matmul(temp.resolve("two.onnx"), 2);
    String first = answers(one, cache());
    Path entry = entry(temp.resolve("cache"));
    Files.move(entry, temp.resolve("aside"));
    String second = answers(two, cache());
    Path other = entry(temp.resolve("cache"));
    Files.move(other, entry);
    Files.move(temp.resolve("aside"), other);
    assertThat(first).isNotEqualTo(second);
    assertThat(answers(one, cache())).isEqualTo(first);
    assertThat(answers(two, cache())).isEqualTo(second);
  }

  @Test
  void weightsOfAnotherEntryAreRefused() throws Exception {
    Path one = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    String first = answers(one, cache());
    Path weights = entryFile("weights.bin");
    ModelCache elsewhere = ModelCache.in(temp.resolve("other"));
    answers(CacheModels.matmul(temp.resolve("two.onnx"), 2), elsewhere);
    Files.move(
        entry(temp.resolve("other")).resolve("weights.bin"),
        weights,
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(answers(one, cache())).isEqualTo(first);
  }

  @Test
  void anEntryOrFolderThatIsALinkIsNotFollowed() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    String expected = answers(model, cache());
    Path entry = entry(temp.resolve("cache"));
    Path moved = Files.move(entry, temp.resolve("moved"));
    Files.createSymbolicLink(entry, moved);
    Map<String, String> before = files(moved);
    assertThat(answers(model, cache())).isEqualTo(expected);
    assertThat(files(moved)).as("nothing is removed behind a link").isEqualTo(before);
    assertThat(Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void aFolderThatOthersReachIsNotUsed() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    String expected = answers(model, null);
    Path folder = Files.createDirectory(temp.resolve("cache"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(answers(model, cache())).isEqualTo(expected);
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void aFolderThatCannotBeMadeMeansNoCache() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    String expected = answers(model, null);
    Path file = Files.writeString(temp.resolve("file"), "no folder");
    assertThat(answers(model, ModelCache.in(file))).isEqualTo(expected);
    assertThat(answers(model, ModelCache.in(file.resolve("below")))).isEqualTo(expected);
    assertThat(answers(model, ModelCache.in(Path.of("/proc/self/mlops4j")))).isEqualTo(expected);
  }

  @Test
  void aFileOfAnotherUserIsRefused() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    String expected = answers(model, cache());
    Path weights = entryFile("weights.bin");
    try {
      Files.setAttribute(weights, "unix:uid", 65534);
    } catch (IOException e) {
      System.err.println("skipped: only root can give a file to another user");
      return;
    }
    assertThat(answers(model, cache())).isEqualTo(expected);
    assertThat(Files.getAttribute(weights, "unix:uid")).isNotEqualTo(65534);
  }

  @Test
  void filesAreForTheirOwnerAlone() throws Exception {
    answers(CacheModels.matmul(temp.resolve("one.onnx"), 1), cache());
    try (Stream<Path> tree = Files.walk(temp.resolve("cache"))) {
      for (Path path : tree.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as("%s", path)
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
    assertThat(temp.resolve("cache/building")).isEmptyDirectory();
  }

  @Test
  void theLeastRecentlyUsedEntryGoesFirst() throws Exception {
    Path one = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    Path two = CacheModels.matmul(temp.resolve("two.onnx"), 2);
    Path three = CacheModels.matmul(temp.resolve("three.onnx"), 3);
    ModelCache bounded = cache().withLimit(45_000); // each takes some 17 000 bytes
    answers(one, bounded);
    Path first = entry(temp.resolve("cache"));
    answers(two, bounded);
    Files.setLastModifiedTime(first.resolve("entry.txt"), FileTime.fromMillis(1));
    answers(one, bounded); // used again
    answers(three, bounded);
    assertThat(first).exists();
    try (Stream<Path> left = Files.list(temp.resolve("cache/models"))) {
      assertThat(left).hasSize(2);
    }
    answers(one, cache().withLimit(1000)); // larger than the cache, but it is there
    answers(CacheModels.matmul(temp.resolve("four.onnx"), 4), cache().withLimit(1000));
    try (Stream<Path> left = Files.list(temp.resolve("cache/models"))) {
      assertThat(left).hasSize(2);
    }
  }

  @Test
  void alwaysVerifyingAnswersTheSameAndRemembersNoDigest() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("one.onnx"), 1);
    ModelCache always = cache().withVerify(ModelCache.Verify.ALWAYS);
    String expected = answers(model, always);
    assertThat(answers(model, always)).isEqualTo(expected);
    assertThat(temp.resolve("cache/sources")).doesNotExist();
  }

  @Test
  void aModelThatChangedIsReadAgain() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("model.onnx"), 1);
    String first = answers(model, cache());
    assertThat(answers(model, cache())).isEqualTo(first);
    CacheModels.matmul(model, 2); // in place, of the same size
    String second = answers(model, null);
    assertThat(second).isNotEqualTo(first);
    assertThat(answers(model, cache())).isEqualTo(second);
  }

  @Test
  void manyThreadsMayMakeTheSameEntry() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("model.onnx"), 1);
    String expected = answers(model, null);
    try (CacheFixture fixture = new CacheFixture(cache())) {
      List<Callable<String>> calls = Collections.nCopies(8, () -> fixture.answers(model));
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        for (Future<String> answer : threads.invokeAll(calls)) {
          assertThat(answer.get()).isEqualTo(expected);
        }
      } finally {
        threads.shutdown();
      }
    }
    assertThat(entry(temp.resolve("cache"))).exists();
    assertThat(temp.resolve("cache/building")).isEmptyDirectory();
  }

  @Test
  void nothingStaysMappedOrOpenWhenModelsAreClosed() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("model.onnx"), 1);
    for (int i = 0; i < 20; i++) {
      answers(model, cache());
    }
    assertThat(Files.readString(Path.of("/proc/self/maps"), ISO_8859_1))
        .doesNotContain(temp.toString());
  }

  @Test
  void anOpenModelSurvivesTheRemovalOfTheCache() throws Exception {
    Path model = CacheModels.matmul(temp.resolve("model.onnx"), 1);
    String expected = answers(model, cache());
    try (CacheFixture fixture = new CacheFixture(cache());
        EngineModel open = fixture.load(model)) {
      Disk.deleteQuietly(temp.resolve("cache"));
      assertThat(CacheFixture.answers(open)).isEqualTo(expected);
    }
    assertThat(answers(model, cache())).isEqualTo(expected);
  }

  @Test
  void aModelThatIsNoneIsRefusedAsWithoutACache() throws Exception {
    Path model = MODELS.resolve("engine/unknown_op.onnx");
    assertThatThrownBy(() -> answers(model, cache())).isInstanceOf(ModelLoadException.class);
    assertThat(files(temp.resolve("cache/models"))).isEmpty();
    assertThat(temp.resolve("cache/building")).isEmptyDirectory();
  }
}
