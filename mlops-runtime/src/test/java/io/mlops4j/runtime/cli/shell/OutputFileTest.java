package io.mlops4j.runtime.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.runtime.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  private static final int LENGTH = 1 << 20;
  private static final int MOST_WRITES = 100_000;

  @TempDir private Path folder;

  /** Writes a file again and again, each time with another letter. Argument: the file. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      for (int i = 0; i < MOST_WRITES; i++) {
        try {
          OutputFile.write(Path.of(args[0]), letters(i));
          System.out.println("written");
        } catch (DataException e) {
          System.out.println(e.getMessage());
          return;
        }
      }
    }
  }

  private static String letters(int number) {
    return Character.toString('a' + number % 26).repeat(LENGTH);
  }

  private static Process start(String limit, Path file) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", limit + "exec \"$@\"", "sh"));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            file.toString()));
    return ChildProcess.start(new ProcessBuilder(command).redirectError(Redirect.INHERIT));
  }

  private Path earlier() throws IOException {
    return Files.writeString(folder.resolve("report.html"), "earlier");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFullDiskLeavesTheEarlierFile() throws Exception {
    Path file = earlier();
    Process child = start("ulimit -f 256; ", file); // blocks of 512 bytes
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .startsWith(file + ": cannot be written, an earlier file of that name is unchanged")
        .containsIgnoringCase("too large");
    assertThat(file).hasContent("earlier");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aKilledProcessLeavesAWholeFile() throws Exception {
    Path file = earlier();
    for (int round = 0; round < 3; round++) {
      Process child = start("", file);
      try (BufferedReader out = child.inputReader()) {
        for (int i = 0; i <= 3 * round; i++) {
          assertThat(out.readLine()).isEqualTo("written");
        }
        child.destroyForcibly();
      }
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String found = Files.readString(file);
      assertThat(found.length()).isEqualTo(LENGTH);
      assertThat(found.chars().distinct().count()).isOne();
    }
  }

  /** What is not a new file under the name would show through the other name of the old one. */
  @Test
  void theFileIsReplacedAndNotOverwritten() throws IOException {
    Path file = earlier();
    Path other = Files.createLink(folder.resolve("other"), file);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    OutputFile.write(link, "später");
    assertThat(other).hasContent("earlier");
    assertThat(link).isSymbolicLink();
    assertThat(file).isRegularFile().hasContent("später");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void permissionsStayAndALinkToNothingStaysALink() throws IOException {
    Path file = earlier();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    OutputFile.write(file, "later");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-rw----");
    Path absent = folder.resolve("absent");
    Path link = Files.createSymbolicLink(folder.resolve("dangling"), absent);
    OutputFile.write(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(absent).isRegularFile().isNotEmptyFile();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDeviceIsWrittenAndNotReplaced() {
    Path full = Path.of("/dev/full");
    assertThatThrownBy(() -> OutputFile.write(full, "text"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
    assertThat(Files.isRegularFile(full)).isFalse();
  }

  @Test
  void aMissingFolderIsNamed() {
    Path file = folder.resolve("none/report.html");
    assertThatThrownBy(() -> OutputFile.write(file, "text"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(file.toString());
  }
}
