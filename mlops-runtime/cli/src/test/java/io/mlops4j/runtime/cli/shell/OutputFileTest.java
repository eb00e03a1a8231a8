package io.mlops4j.runtime.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Prints a text, writes another to each file, and prints a last one. Arguments: the files. */
  static final class Printing {
    private Printing() {}

    public static void main(String[] args) throws IOException {
      System.out.println("first");
      for (String file : args) {
        OutputFile.write(Path.of(file), "page of " + file + "\n");
      }
      System.out.println("last");
    }
  }

  private static String letters(int number) {
    return Character.toString('a' + number % 26).repeat(LENGTH);
  }

  private static Process start(String limit, Path file) throws IOException {
    return start(limit + "exec \"$@\"", Child.class, file);
  }

  private static Process start(String script, Class<?> main, Object... arguments)
      throws IOException {
    return ChildProcess.start(
        ChildProcess.by(
                List.of("sh", "-c", script, "sh"),
                ChildProcess.java(List.of("-Xmx64m"), main, arguments))
            .redirectError(Redirect.INHERIT));
  }

  private Path earlier() throws IOException {
    return Files.writeString(folder.resolve("report.html"), "earlier");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFullDiskLeavesTheEarlierFile() throws Exception {
    Path file = earlier();
    Process child = start("ulimit -f 256; ", file); // blocks of 512 bytes
    String said = ChildProcess.output(child);
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
    assertThat(file).isRegularFile().usingCharset(StandardCharsets.UTF_8).hasContent("später");
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

  /** The shell opens the files; replacing or cutting them would lose what others write there. */
  @ParameterizedTest
  @ValueSource(strings = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link", "/dev/stderr"})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void anOpenFileIsContinued(String name) throws Exception {
    boolean named = !name.startsWith("/proc") || Files.exists(Path.of("/proc/self/fd"));
    if (!named) {
      System.out.println("skipped: this system has no " + name);
    }
    Assumptions.assumeTrue(named, name);
    Path file = name.equals("link") ? folder.resolve(name) : Path.of(name);
    if (name.equals("link")) {
      Files.createSymbolicLink(file, Path.of("/dev/stdout"));
    }
    Path log = Files.writeString(folder.resolve("a log"), "earlier\n");
    String page = "page of " + file + "\n";
    for (String opened : List.of(">>", ">")) {
      String script = "exec \"$@\" " + opened + "'" + log + "' 2>&1";
      assertThat(start(script, Printing.class, file, file).waitFor(60, TimeUnit.SECONDS)).isTrue();
      String before = opened.equals(">>") ? "earlier\n" : "";
      assertThat(log).hasContent(before + "first\n" + page + page + "last\n");
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFileOfAnotherNumberIsContinued() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "earlier\n");
    String script = "exec \"$@\" 5>>'" + log + "'";
    Process child = start(script, Printing.class, "/dev/fd/5");
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(log).hasContent("earlier\npage of /dev/fd/5\n");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(log);
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aPipeIsWritten() throws Exception {
    Process child = start("exec \"$@\" 5>&1 | cat", Printing.class, "/dev/stdout", "/dev/fd/5");
    assertThat(ChildProcess.output(child))
        .isEqualTo("first\npage of /dev/stdout\npage of /dev/fd/5\nlast\n");
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aMissingFolderIsNamed() {
    Path file = folder.resolve("none/report.html");
    assertThatThrownBy(() -> OutputFile.write(file, "text"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file + ": found no folder " + file.getParent() + " to write to; create it first");
  }

  @Test
  void aFolderInThePlaceOfTheFileIsNamed() {
    assertThatThrownBy(() -> OutputFile.check(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(folder + ": found a folder, expected a file to write; name a file in it");
  }

  /** A process of root may write everywhere, but in /proc there are no new files even for it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFolderThatTakesNoFileIsNamed() throws IOException {
    assertThatThrownBy(() -> OutputFile.write(Path.of("/proc/report.html"), "text"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("/proc/report.html: cannot be written");
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    if (Files.isWritable(closed)) {
      System.out.println("skipped: this process may write to every folder");
      return;
    }
    assertThatThrownBy(() -> OutputFile.check(closed.resolve("report.html")))
        .isInstanceOf(DataException.class)
        .hasMessage(
            closed.resolve("report.html")
                + ": found no permission to write to the folder "
                + closed
                + "; choose another one, or allow it");
  }
}
