package io.mlops4j.runtime.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.file.Stamp;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelReaderTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  @TempDir Path temporary;
  private Path file;
  private byte[] one;
  private byte[] other;

  /** Two models of the same size, so that only the times of the file tell. */
  @BeforeEach
  void models() throws IOException {
    file = temporary.resolve("model.onnx");
    one = Files.readAllBytes(MODELS.resolve("mlp4.onnx"));
    other = one.clone();
    other[other.length / 2] ^= 1;
  }

  private ModelReader reader(ModelCache.Verify verify) {
    return new ModelReader(ModelCache.in(temporary.resolve("cache")).withVerify(verify));
  }

  /** What is remembered of a file that is old enough. */
  private void remember(ModelReader reader) throws IOException {
    Files.write(file, one);
    while (!isRemembered()) {
      assertThat(reader.read(file, true).digest()).isEqualTo(Digest.sha256(one));
    }
  }

  private boolean isRemembered() throws IOException {
    try (var records = Files.list(temporary.resolve("cache/sources"))) {
      return records.findAny().isPresent();
    }
  }

  /** Another change may follow at once, and would not show in its times. */
  @Test
  void aFileThatHasJustChangedIsNotRemembered() throws IOException {
    ModelReader reader;
    boolean remembered;
    do { // a try that takes long tells nothing
      Disk.deleteQuietly(temporary.resolve("cache/sources"));
      reader = reader(ModelCache.Verify.WHEN_CHANGED);
      Files.write(file, one);
      reader.read(file, true);
      remembered = isRemembered();
    } while (Stamp.of(file).settled(Instant.now()));
    assertThat(remembered).isFalse();
    Files.write(file, other);
    assertThat(reader.read(file, true).digest()).isEqualTo(Digest.sha256(other));
  }

  @Test
  void anUnchangedFileIsReadWhenItsBytesAreNeeded() throws IOException {
    ModelReader reader = reader(ModelCache.Verify.WHEN_CHANGED);
    remember(reader);
    ModelSource known = reader.read(file, true);
    Files.write(file, other);
    assertThat(known.digest()).isEqualTo(Digest.sha256(one));
    assertThatThrownBy(known::bytes)
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("model.onnx: found " + Digest.sha256(other))
        .hasMessageContaining("expected " + Digest.sha256(one))
        .hasMessageContaining("load it again");
    assertThat(reader.read(file, true).digest()).isEqualTo(Digest.sha256(other));
  }

  @Test
  void nothingIsRememberedForWhoForbidsIt() throws IOException {
    remember(reader(ModelCache.Verify.WHEN_CHANGED));
    for (ModelSource source :
        new ModelSource[] {
          reader(ModelCache.Verify.ALWAYS).read(file, true),
          reader(ModelCache.Verify.WHEN_CHANGED).read(file, false),
          new ModelReader(null).read(file, true)
        }) {
      Files.write(file, other); // the bytes are here already
      assertThat(Digest.sha256(source.bytes())).isEqualTo(Digest.sha256(one));
      Files.write(file, one);
    }
  }
}
