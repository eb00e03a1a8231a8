package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
  @TempDir private Path folder;

  /** Writes a long page. Argument: the file. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      HtmlReport page = HtmlReport.builder("Long").paragraph("word ".repeat(1 << 18)).build();
      try {
        page.write(Path.of(args[0]));
        System.out.println("written");
      } catch (DataException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFullDiskLeavesTheEarlierReport() throws Exception {
    Path file = Files.writeString(folder.resolve("report.html"), "earlier");
    ProcessBuilder builder = ChildProcess.withFileLimit(256, ChildProcess.java(Child.class, file));
    Process child = ChildProcess.start(builder.redirectError(Redirect.INHERIT));
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .startsWith("cannot write the report to " + file + ", an earlier file is unchanged")
        .containsIgnoringCase("too large");
    assertThat(file).hasContent("earlier");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  /** A file that is overwritten in place would show under its other name, too. */
  @Test
  void theFileIsReplacedAndNotOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "earlier");
    Path other = Files.createLink(folder.resolve("other"), file);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    HtmlReport.builder("Page").build().write(link);
    assertThat(other).hasContent("earlier");
    assertThat(link).isSymbolicLink();
    assertThat(file).isRegularFile().content().contains("Page");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void permissionsStayAndALinkToNothingStaysALink() throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "earlier");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    ReportFiles.write(file, "later");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-rw----");
    Path absent = folder.resolve("absent");
    Path link = Files.createSymbolicLink(folder.resolve("dangling"), absent);
    ReportFiles.write(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(absent).isRegularFile().isNotEmptyFile();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDeviceIsWrittenAndNotReplaced() {
    assertThatThrownBy(() -> ReportFiles.write(Path.of("/dev/full"), "text"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("No space left");
    assertThat(Files.isRegularFile(Path.of("/dev/full"))).isFalse();
  }

  @Test
  void aMissingFolderIsNamed() {
    assertThatThrownBy(() -> ReportFiles.write(folder.resolve("none/report.html"), "text"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no folder for the report");
  }
}
