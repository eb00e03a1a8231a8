package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.CacheFixture.answers;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.internal.file.Disk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes over one cache, killed ones and ones without disk among them. */
@Thorough("processes")
class CacheProcessesTest {
  @TempDir Path temp;
  private Path cache;
  private Path errors;
  private Path model;
  private String expected;

  @BeforeEach
  void makeModel() throws Exception {
    cache = temp.resolve("cache");
    errors = temp.resolve("errors");
    model = CacheModels.matmul(temp.resolve("model.onnx"), 1);
    expected = CacheChild.digest(answers(model, null));
  }

  @Test
  void severalProcessesMayMakeTheSameEntryAtOnce() throws Exception {
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      children.add(CacheChild.start(CacheChild.command("load", cache, model), errors));
    }
    for (Process child : children) {
      assertThat(CacheChild.lines(child)).containsExactly(expected);
    }
    assertThat(CacheFixture.entry(cache)).exists();
    assertThat(cache.resolve("building")).isEmptyDirectory();
  }

  @Test
  void aKilledProcessLeavesNoHalfEntry() throws Exception {
    long seed = System.nanoTime();
    System.err.println("kills children at moments chosen by seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 4; i++) {
      Process child = CacheChild.start(CacheChild.command("fill", cache, model), errors);
      assertThat(child.inputReader().readLine()).isEqualTo("READY");
      child.waitFor(50 + random.nextInt(200), TimeUnit.MILLISECONDS); // it never ends by itself
      child.destroyForcibly().waitFor();
      assertThat(CacheChild.digest(answers(model, ModelCache.in(cache)))).isEqualTo(expected);
      assertThat(CacheChild.digest(answers(model, ModelCache.in(cache)))).isEqualTo(expected);
    }
  }

  @Test
  void aFullDiskMeansNoCache() throws Exception {
    if (!Files.isExecutable(Path.of("/bin/sh"))) {
      System.err.println("skipped: no /bin/sh here whose ulimit could stand for a full disk");
      return;
    }
    Path libraries = libraries();
    for (String blocks : List.of("1", "4", "16", "32")) {
      ProcessBuilder command = CacheChild.command("load", cache, model);
      // ONNX Runtime's own library would be extracted into a file that is larger than that.
      command.command().add(1, "-Donnxruntime.native.path=" + libraries);
      List<String> limited =
          List.of("/bin/sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh");
      assertThat(CacheChild.lines(CacheChild.start(ChildProcess.by(limited, command), errors)))
          .as("%s blocks", blocks)
          .containsExactly(expected);
      assertThat(CacheChild.digest(answers(model, ModelCache.in(cache)))).isEqualTo(expected);
      Disk.deleteQuietly(cache);
    }
  }

  private Path libraries() throws Exception {
    Path kept = temp.resolve("native");
    CacheChild.lines(CacheChild.start(CacheChild.command("start", kept), errors));
    try (Stream<Path> folders = Files.list(kept.resolve("libraries"))) {
      return folders.findFirst().orElseThrow();
    }
  }

  @Test
  void librariesAreKeptVerifiedAndExtractedAgainWhenTheyWereAltered() throws Exception {
    Path libraries = libraries();
    Path library = libraries.resolve(System.mapLibraryName("onnxruntime"));
    Object first = Files.readAttributes(library, "unix:ino,ctime");
    assertThat(start()).isEqualTo(library.toRealPath().toString());
    assertThat(Files.readAttributes(library, "unix:ino,ctime")).isEqualTo(first);

    byte[] bytes = Files.readAllBytes(library);
    bytes[bytes.length / 2] ^= 1;
    Files.write(library, bytes);
    assertThat(start()).isEqualTo(library.toRealPath().toString());
    bytes[bytes.length / 2] ^= 1;
    assertThat(library).hasBinaryContent(bytes);

    Files.delete(library);
    Files.createSymbolicLink(library, Files.write(temp.resolve("elsewhere.so"), bytes));
    assertThat(start()).isEqualTo(library.toString());
    assertThat(Files.isSymbolicLink(library)).isFalse();
  }

  @Test
  void aFolderThatCannotBeUsedMeansExtractingAsUsual() throws Exception {
    Path file = Files.writeString(temp.resolve("native"), "no folder");
    assertThat(start()).doesNotStartWith(file.toString()).contains("onnxruntime");
  }

  /** Which library a process with kept libraries loads; its properties are as before. */
  private String start() throws Exception {
    List<String> said =
        CacheChild.lines(
            CacheChild.start(CacheChild.command("start", temp.resolve("native")), errors));
    assertThat(said.get(1)).isEqualTo("null");
    return said.get(0);
  }
}
