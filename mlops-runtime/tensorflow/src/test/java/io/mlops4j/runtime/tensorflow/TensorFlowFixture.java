package io.mlops4j.runtime.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** An open engine over counted memory, and SavedModels as files in memory. */
final class TensorFlowFixture implements AutoCloseable {
  static final LoadRequest CPU = LoadRequest.on(DeviceRequest.any());

  final DirectMemory memory = new DirectMemory();
  final Engine engine;

  TensorFlowFixture() {
    requireTensorFlow();
    engine = new TensorFlowEngineProvider().open(EngineOptions.of(memory, 1));
  }

  /** Skips a test on a machine for which there is no TensorFlow, and says so. */
  static void requireTensorFlow() {
    new TensorFlowEngineProvider()
        .missing()
        .ifPresent(
            reason -> {
              System.out.println("skipped: " + reason);
              Assumptions.abort(reason);
            });
  }

  EngineModel load(Map<String, byte[]> files, String signature) {
    return engine.load(source(files), signature == null ? CPU : CPU.withSignature(signature));
  }

  EngineModel load(String model, String signature) {
    return load(files(model), signature);
  }

  /** The files of a model in the folder of test models. */
  static Map<String, byte[]> files(String model) {
    Path folder = TensorFlowUnderTest.MODELS.resolve(model);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  static ModelSource source(Map<String, byte[]> files) {
    Map<String, ByteBuffer> buffers = new TreeMap<>();
    files.forEach((name, bytes) -> buffers.put(name, ByteBuffer.wrap(bytes)));
    return new Source(buffers);
  }

  private record Source(Map<String, ByteBuffer> external) implements ModelSource {
    @Override
    public ModelFormat format() {
      return ModelFormat.TENSORFLOW;
    }

    @Override
    public Path main() {
      return Path.of("planted");
    }

    @Override
    public ByteBuffer bytes() {
      return null;
    }

    @Override
    public Digest digest() {
      return new Digest("sha256", "00".repeat(32));
    }
  }

  /** The copies that TensorFlow reads. */
  private static List<Path> folders() {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith(SavedModelFolder.PREFIX))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the engine, and checks that neither memory nor a folder was left. */
  @Override
  public void close() {
    engine.close();
    assertThat(memory.bytes()).isZero();
    assertThat(memory.blocks()).isZero();
    assertThat(folders()).isEmpty();
  }
}
