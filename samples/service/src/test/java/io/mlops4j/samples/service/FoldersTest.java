package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients read in place of paths. */
class FoldersTest {
  @TempDir private Path folder;
  private Path link;
  private Folders folders;

  @BeforeEach
  void linkTheRegistry() throws IOException {
    boolean unicode = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
    String reason = "the locale allows only ASCII in names of files: export LC_ALL=C.UTF-8";
    if (!unicode) {
      System.out.println("skipped: " + reason);
    }
    Assumptions.assumeTrue(unicode, reason);
    Path registry = Files.createDirectory(folder.resolve("registry \"ä\""));
    link = Files.createSymbolicLink(folder.resolve("link"), registry);
    folders =
        new Folders(
            Settings.from(
                Map.of(
                    "MLOPS_REGISTRY",
                    link.toString(),
                    "MLOPS_MODEL",
                    Demo.CHAMPION,
                    "MLOPS_DATA",
                    link.resolve("data").toString(),
                    "MLOPS_REFERENCE",
                    "samples/../reference.arrow")));
  }

  private String written(String text) {
    String json = new String(folders.write(Map.of("text", text)), StandardCharsets.UTF_8);
    return json.substring("{\"text\":\"".length(), json.length() - "\"}".length());
  }

  @Test
  void theNameOfTheSettingReplacesTheFolder() throws IOException {
    assertThat(written(link + "/models/a.onnx: damaged"))
        .isEqualTo("MLOPS_REGISTRY/models/a.onnx: damaged");
    assertThat(written("cannot read " + link.toRealPath() + "."))
        .isEqualTo("cannot read MLOPS_REGISTRY.");
    assertThat(written(Path.of("reference.arrow").toAbsolutePath() + ": no file"))
        .isEqualTo("MLOPS_REFERENCE: no file");
  }

  @Test
  void aFolderInsideAnotherHasItsOwnName() {
    assertThat(written(link.resolve("data/log") + ", " + link))
        .isEqualTo("MLOPS_DATA/log, MLOPS_REGISTRY");
  }

  @Test
  void textsThatOnlyContainThePathStay() {
    assertThat(written("a" + link)).isEqualTo("a" + link);
    assertThat(written(link + "-2")).isEqualTo(link + "-2");
  }
}
