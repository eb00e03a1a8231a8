package io.mlops4j.runtime.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSourceTest {
  // By sha256sum.
  private static final Digest MLP4 =
      Digest.parse("sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0");

  @TempDir Path folder;

  private static byte[] mlp4() throws IOException {
    try (InputStream in = FileSourceTest.class.getResourceAsStream("../../models/mlp4.onnx")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void theBytesThatWereDigestedAreKeptWhateverHappensToTheFile() throws IOException {
    Path file = write("delay.onnx", mlp4());
    ModelSource source = FileSource.read(file);
    Files.write(file, new byte[] {1, 2, 3});

    assertThat(source.format()).isEqualTo(ModelFormat.ONNX);
    assertThat(source.main()).isEqualTo(file);
    assertThat(source.digest()).isEqualTo(MLP4);
    assertThat(source.external()).isEmpty();
    assertThat(copy(Objects.requireNonNull(source.bytes()))).isEqualTo(mlp4());
    assertThat(copy(Objects.requireNonNull(source.bytes()))).hasSize(318);
  }

  @Test
  void theExtensionOfASingleFileDoesNotMatter() throws IOException {
    assertThat(FileSource.read(write("model.bin", mlp4())).digest()).isEqualTo(MLP4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "classifier",
        "classifier_zipmap",
        "columns",
        "columns2d",
        "dynamic",
        "endless",
        "fixed_batch8",
        "mlp4",
        "mlp4_wrong",
        "strings_out"
      })
  void knowsEveryModelThatTheTestsLoad(String model) throws IOException {
    try (InputStream in =
        FileSourceTest.class.getResourceAsStream("../../models/" + model + ".onnx")) {
      Path file = write(model, Objects.requireNonNull(in).readAllBytes());
      assertThat(FileSource.read(file).format()).isEqualTo(ModelFormat.ONNX);
    }
  }

  @Test
  void everyCutOfAModelIsRefused() throws IOException {
    byte[] whole = mlp4();
    for (int length = 1; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice();
      String problem = OnnxStructure.problem(RandomBytes.of(cut));
      // At 302 the first of its two operator sets ends: a complete protobuf, for the engine to
      // judge.
      assertThat(problem == null).as("cut to %d bytes", length).isEqualTo(length == 302);
    }
  }

  @Test
  void namesWhatWasFoundInsteadOfAModel() throws IOException {
    Map<String, byte[]> found =
        Map.of(
            "an empty file", new byte[0],
            "a cut ONNX file", Arrays.copyOf(mlp4(), 200),
            "a zip archive", "PK\3\4....".getBytes(StandardCharsets.ISO_8859_1),
            "a Python pickle", new byte[] {(byte) 0x80, 4, (byte) 0x95, 1},
            "an HDF5 file", "\u0089HDF\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1),
            "a Git LFS pointer",
                "version https://git-lfs.github.com/spec/v1".getBytes(StandardCharsets.US_ASCII),
            "text", "<!doctype html>".getBytes(StandardCharsets.US_ASCII),
            "bytes that are no ONNX protobuf", "hello, world".getBytes(StandardCharsets.US_ASCII),
            "a cut ONNX file or another protobuf", new byte[] {8, 9});
    for (Map.Entry<String, byte[]> entry : found.entrySet()) {
      Path file = write("model.onnx", entry.getValue());
      assertThatThrownBy(() -> FileSource.read(file))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("found " + entry.getKey())
          .hasMessageContaining("expected");
    }
  }

  @Test
  void theFileOfASavedModelIsNotItsFolder() throws IOException {
    Path file = write("saved_model.pb", new byte[] {8, 1});
    assertThatThrownBy(() -> FileSource.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("expected an ONNX model; of a TensorFlow SavedModel load the folder");
  }

  @Test
  void saysWhenThereIsNothing() {
    assertThatThrownBy(() -> FileSource.read(folder.resolve("missing.onnx")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("missing.onnx: found nothing there");
    assertThatThrownBy(() -> FileSource.read(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found an empty folder");
  }

  @Test
  void aFileThatCannotBeReadIsATypedError() {
    // Opens, but every read fails with an I/O error, for root too.
    Path unreadable = Path.of("/proc/self/mem");
    if (!Files.exists(unreadable)) {
      System.err.println("skipped: no /proc/self/mem here to stand for an unreadable file");
      return;
    }
    assertThatThrownBy(() -> FileSource.read(unreadable)).isInstanceOf(ModelLoadException.class);
    assertThatThrownBy(() -> FileSource.read(Path.of("/proc/self/mem/below")))
        .isInstanceOf(ModelLoadException.class);
    assertThatThrownBy(() -> FileSource.read(Path.of("/dev/null")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("neither a file nor a folder");
  }

  @Test
  void aSavedModelFolderIsNamedAsWhatItIs() throws IOException {
    write("saved_model.pb", new byte[] {8, 1});
    write("variables/variables.index", new byte[] {0});
    ModelSource source = FileSource.read(folder);

    assertThat(source.format()).isEqualTo(ModelFormat.TENSORFLOW);
    assertThat(source.main()).isEqualTo(folder);
    assertThat(source.bytes()).isNull();
    assertThat(source.external()).containsOnlyKeys("saved_model.pb", "variables/variables.index");
  }

  @Test
  void aFolderHoldsOneOnnxFileAndItsData() throws IOException {
    Path main = write("m/delay.onnx", mlp4());
    write("m/weights/w1.bin", new byte[] {1, 2});
    write("m/Z", new byte[0]);
    ModelSource source = FileSource.read(folder.resolve("m"));

    assertThat(source.main()).isEqualTo(main.toRealPath());
    assertThat(source.external()).containsOnlyKeys("Z", "weights/w1.bin");
    // (cd m && find * -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum
    assertThat(source.digest())
        .isEqualTo(
            Digest.parse(
                "sha256:de270b3f8181239114448fe0258a4ef7217b18b04e052c1d3dee58e6266b1589"));
    write("m/second.onnx", mlp4());
    assertThatThrownBy(() -> FileSource.read(folder.resolve("m")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("2 *.onnx files");
  }

  @Test
  void aLinkInsideAFolderIsRefusedAndOneToTheFolderIsNot() throws IOException {
    write("m/delay.onnx", mlp4());
    Path link = Files.createSymbolicLink(folder.resolve("latest"), folder.resolve("m"));
    assertThat(FileSource.read(link).format()).isEqualTo(ModelFormat.ONNX);
    assertThat(
            FileSource.read(
                    Files.createSymbolicLink(
                        folder.resolve("l.onnx"), folder.resolve("m/delay.onnx")))
                .digest())
        .isEqualTo(MLP4);

    Files.createSymbolicLink(folder.resolve("m/loop"), folder.resolve("m/weights.bin"));
    assertThatThrownBy(() -> FileSource.read(link))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("loop: found a symbolic link");
  }

  @Test
  void namesThatDependOnTheFileSystemAreRefused() throws IOException {
    write("m/delay.onnx", mlp4());
    write("m/weights", new byte[1]);
    write("m/Weights", new byte[1]);
    assertThatThrownBy(() -> FileSource.read(folder.resolve("m")))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("but for case");
    Path backslash = write("n/a\\b.onnx", mlp4());
    assertThatThrownBy(() -> FileSource.read(backslash))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("backslash");
  }
}
