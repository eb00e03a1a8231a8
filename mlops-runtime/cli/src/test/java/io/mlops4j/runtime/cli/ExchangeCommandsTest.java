package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions out of one registry and into another. */
class ExchangeCommandsTest {
  @TempDir Path temporary;
  private Line from;
  private Line to;
  private Path model;

  @BeforeEach
  void prepare() throws Exception {
    from = Line.of(Line.oldRegistry(temporary));
    to = Line.of(temporary.resolve("other"));
    model = Line.model(temporary, "mlp4.onnx");
  }

  @Test
  void anArchiveKeepsDigestAndCard() throws Exception {
    Path zip = temporary.resolve("v.zip");

    Line.Said said = from.run("export", "flight-delay@champion", zip);
    assertThat(said.code()).isZero();
    assertThat(said.out()).isEqualTo("flight-delay:1 in " + zip + "  " + Line.MLP4 + "\n");
    try (ZipFile file = new ZipFile(zip.toFile())) {
      assertThat(file.getEntry("files/mlp4.onnx").getSize()).isEqualTo(318);
    }

    JsonNode there = to.run("import", zip, "--json").json();
    assertThat(there.get("ref").textValue()).isEqualTo("flight-delay:1");
    assertThat(there.get("digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(there.get("as").textValue()).isEqualTo("archive");
    assertThat(to.run("show", "flight-delay", "--card").out())
        .isEqualTo(from.run("show", "flight-delay:1", "--card").out());
  }

  @Test
  void anExportReplacesAFileOnlyByForce() throws Exception {
    Path zip = Files.writeString(temporary.resolve("v.zip"), "precious");

    Line.Said said = from.run("export", "flight-delay:1", zip);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("v.zip", "--force");
    assertThat(zip).content().isEqualTo("precious");
    assertThat(from.run("export", "flight-delay:1", zip, "--force", "--progress").code()).isZero();
    assertThat(Files.size(zip)).isGreaterThan(318);
  }

  @Test
  void anOnnxFileIsWrittenAsItWasPublished() throws Exception {
    Path file = temporary.resolve("out.onnx");

    JsonNode said = from.run("export", "flight-delay:1", file, "--json").json();

    assertThat(said.get("as").textValue()).isEqualTo("onnx");
    assertThat(said.get("file").textValue()).isEqualTo(file.toString());
    assertThat(file).hasSameBinaryContentAs(model);
    assertThat(to.run("import", file, "--name", "mlp", "--owner", "ops").out())
        .isEqualTo("mlp:1  " + Line.MLP4 + "\n");
    assertThat(to.run("show", "mlp").out()).contains("owner       ops\n");
  }

  @Test
  void aModelOfSeveralFilesIsNoOnnxFile() {
    Path file = temporary.resolve("out.onnx");

    Line.Said said = from.run("export", "many-files", file);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("several files", "archive");
    assertThat(file).doesNotExist();
  }

  @Test
  void aFolderOfMlflowGoesOutAndComesBack() throws Exception {
    Path folder = temporary.resolve("for-mlflow");

    assertThat(from.run("export", "flight-delay:1", folder, "--as", "mlflow").code()).isZero();
    assertThat(folder.resolve("MLmodel")).content().contains("flavors:", "onnx:");

    Line.Said said = to.run("import", folder, "--name", "tracked", "--owner", "ops", "--json");
    assertThat(said.err()).isEmpty();
    assertThat(said.json().get("as").textValue()).isEqualTo("mlflow");
    assertThat(said.json().get("digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(to.run("import", folder).code()).isEqualTo(2);
  }

  @Test
  void aKindThatNoNameTellsIsAskedFor() {
    Line.Said said = from.run("export", "flight-delay:1", temporary.resolve("out"));

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("--as archive, mlflow or onnx");
    Line.Said other = from.run("export", "flight-delay:1", "out", "--as", "pickle");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("pickle", "ARCHIVE");
  }

  @Test
  void aDamagedArchivePublishesNothing() throws Exception {
    Path zip = temporary.resolve("v.zip");
    from.run("export", "flight-delay:1", zip);
    byte[] bytes = Files.readAllBytes(zip);
    Files.write(zip, Arrays.copyOf(bytes, bytes.length / 2));

    Line.Said said = to.run("import", zip);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("v.zip", "nothing was published").hasLineCount(1);
  }

  @Test
  void aFileThatIsNotThereIsNoDamagedArchive() {
    assertThat(to.run("import", temporary.resolve("none.zip")).err())
        .contains("none.zip: found no such file, expected an archive");
  }

  /** Damage that is found only when the last file was read. */
  @Test
  void aFailedImportLeavesNoNewRegistryBehind() throws Exception {
    Path zip = temporary.resolve("v.zip");
    from.run("export", "flight-delay:1", zip);
    byte[] bytes = Files.readAllBytes(zip);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("files/mlp4.onnx") + 200] ^= 1;
    Files.write(zip, bytes);
    Path mlflow = temporary.resolve("for-mlflow");
    from.run("export", "flight-delay:1", mlflow, "--as", "mlflow");
    Files.writeString(mlflow.resolve("model.onnx"), "no model");
    Path nothing = Files.writeString(temporary.resolve("m.onnx"), "no model");
    Path made = Files.createDirectory(temporary.resolve("made"));

    for (Line there : List.of(to, Line.of(made))) {
      assertThat(there.run("import", zip).err()).contains("v.zip").hasLineCount(1);
      assertThat(there.run("import", mlflow, "--name", "m").err()).contains("model.onnx");
      assertThat(there.run("import", nothing, "--name", "m").err()).contains("m.onnx");
      assertThat(there.run("publish", nothing, "--name", "m").err()).contains("m.onnx");
    }

    assertThat(temporary.resolve("other")).doesNotExist();
    assertThat(made).isEmptyDirectory();
  }

  @Test
  void progressIsAFractionOfTheBytes() {
    Path zip = temporary.resolve("v.zip");
    Path mlflow = temporary.resolve("for-mlflow");
    String all = "[########################] 100 %  ";

    assertThat(from.run("export", "flight-delay:1", zip, "--progress").err())
        .contains("export flight-delay:1  " + all + "318 B of 318 B");
    assertThat(from.run("export", "flight-delay:1", mlflow, "--as", "mlflow", "--progress").err())
        .contains("export flight-delay:1  " + all + "318 B of 318 B");
    assertThat(
            from.run("export", "flight-delay:1", temporary.resolve("o.onnx"), "--progress").err())
        .contains("export flight-delay:1  " + all + "318 B of 318 B");
    assertThat(to.run("import", zip, "--progress").err())
        .contains("check flight-delay  " + all + "636 B of 636 B")
        .contains("import flight-delay  " + all + "636 B of 636 B");
    assertThat(to.run("import", mlflow, "--name", "m", "--progress").err())
        .contains("import m  " + all + "318 B of 318 B")
        .doesNotContain("check"); // the registry is there now
  }

  @Test
  void anArchiveTakesNoCardFromOptions() {
    Path zip = temporary.resolve("v.zip");
    from.run("export", "flight-delay:1", zip);

    Line.Said said = to.run("import", zip, "--owner", "me");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("an archive has its own card");
    assertThat(temporary.resolve("other")).doesNotExist();
  }
}
