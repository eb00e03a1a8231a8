package io.mlops4j.runtime.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir Path folder;

  @Test
  void aDocumentIsReadFromItsFileAndFromItsFolder() throws IOException {
    Path file = Files.write(folder.resolve("000001.json"), BYTES);
    Path linkless = Files.createDirectory(folder.resolve("000002.json"));
    Files.write(linkless.resolve("record.json"), BYTES);
    assertThat(Disk.read(file)).isEqualTo(BYTES);
    assertThat(Disk.read(linkless)).isEqualTo(BYTES);
    assertThat(Disk.read(Files.createFile(folder.resolve("empty")))).isEmpty();
  }

  @Test
  void aMissingDocumentIsNamed() throws IOException {
    Path missing = folder.resolve("000001.json");
    assertThatThrownBy(() -> Disk.read(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing.toString());
    Files.createDirectory(missing);
    assertThatThrownBy(() -> Disk.read(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing.resolve("record.json").toString());
  }

  @Test
  void symbolicLinksAreNotFollowed() throws IOException {
    Path file = Files.write(folder.resolve("file"), BYTES);
    Path linkless = Files.createDirectory(folder.resolve("linkless"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Path toFolder = Files.createSymbolicLink(folder.resolve("toFolder"), linkless);
    Files.createSymbolicLink(linkless.resolve("record.json"), file);
    for (Path path : new Path[] {link, toFolder, linkless}) {
      assertThatThrownBy(() -> Disk.read(path)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anInterruptedThreadReadsAndStaysInterrupted() throws IOException {
    Path file = Files.write(folder.resolve("000001.json"), BYTES);
    Path linkless = Files.createDirectory(folder.resolve("000002.json"));
    Files.write(linkless.resolve("record.json"), BYTES);
    for (Path path : new Path[] {file, linkless}) {
      Thread.currentThread().interrupt();
      byte[] read = Disk.read(path);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(read).isEqualTo(BYTES);
    }
  }

  @Test
  void aFolderHasExactlyTheseFilesOnlyIfItHasNothingElse() throws IOException {
    Files.write(folder.resolve("a"), BYTES);
    Files.write(folder.resolve("b"), BYTES);
    assertThat(Disk.hasExactly(folder, Set.of("a", "b"))).isTrue();
    assertThat(Disk.hasExactly(folder, Set.of("a"))).isFalse();
    assertThat(Disk.hasExactly(folder, Set.of("a", "b", "c"))).isFalse();
    assertThat(Disk.hasExactly(folder, Set.of("a", "c"))).isFalse();
    assertThat(Disk.hasExactly(folder.resolve("missing"), Set.of("a"))).isFalse();
    Path elsewhere =
        Files.move(folder.resolve("b"), Files.createDirectory(folder.resolve("c")).resolve("b"));
    assertThat(Disk.hasExactly(folder, Set.of("a", "c"))).as("a folder").isFalse();
    Files.createSymbolicLink(folder.resolve("b"), elsewhere);
    assertThat(Disk.hasExactly(folder, Set.of("a", "b", "c"))).as("a link").isFalse();
    Files.delete(folder.resolve("b"));
    Files.delete(elsewhere);
    Files.delete(folder.resolve("c"));
    Files.createSymbolicLink(folder.resolve("b"), folder.resolve("a"));
    assertThat(Disk.hasExactly(folder, Set.of("a", "b"))).as("a link").isFalse();
  }
}
