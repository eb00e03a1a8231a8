package io.mlops4j.runtime.exchange;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes MLflow folders: the model first, {@code MLmodel} at the end. */
final class MlflowWriter {
  private MlflowWriter() {}

  static void write(
      ModelRegistry registry,
      ModelVersion version,
      Path folder,
      @Nullable ModelSignature signature,
      ProgressListener listener) {
    ModelSource source = registry.source(version);
    ByteBuffer bytes = source.bytes();
    if (!source.format().equals(ModelFormat.ONNX) || bytes == null) {
      throw new ModelLoadException(
          "%s: found the format %s, expected %s; only ONNX models are written for MLflow"
              .formatted(version, source.format().id(), ModelFormat.ONNX.id()),
          null);
    }
    // The weights refer to the name of their main file; a single file gets MLflow's name.
    String data =
        source.external().isEmpty() ? "model.onnx" : String.valueOf(source.main().getFileName());
    boolean created = !Files.exists(folder);
    boolean written = false;
    try {
      requireEmpty(folder);
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw cannotWrite(folder, version, e);
    }
    try {
      Map<String, ByteBuffer> files = new LinkedHashMap<>(source.external());
      files.keySet().removeAll(MlflowModel.NOT_THE_MODEL);
      files.put(data, bytes);
      write(folder, files, listener);
      String document = Yaml.write(MlflowModel.MAIN, document(version, data, signature));
      Files.writeString(folder.resolve(MlflowModel.MAIN), document);
      written = true;
    } catch (IOException e) {
      throw cannotWrite(folder, version, e);
    } finally {
      if (!written) {
        delete(folder, created);
      }
    }
  }

  private static void delete(Path folder, boolean withFolder) {
    if (withFolder) {
      Disk.deleteQuietly(folder);
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      entries.toList().forEach(Disk::deleteQuietly);
    } catch (IOException e) {
      // Without its MLmodel, MLflow does not take the remaining files for a model.
    }
  }

  private static RegistryException cannotWrite(Path folder, ModelVersion version, IOException e) {
    return new RegistryException(
        folder + ": cannot write the folder of " + version + " (" + e + ")", e);
  }

  private static void write(Path folder, Map<String, ByteBuffer> files, ProgressListener listener)
      throws IOException {
    long bytes = files.values().stream().mapToLong(ByteBuffer::remaining).sum();
    ProgressMeter meter = ProgressMeter.of(Optional.of(listener), files.size(), bytes);
    for (Map.Entry<String, ByteBuffer> file : files.entrySet()) {
      meter.at(file.getKey());
      Disk.writeUnforced(
          folder.resolve(file.getKey()), ByteSource.of(file.getValue()).counted(meter));
      meter.done();
    }
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new RegistryException(
            folder + ": found a folder with files, expected an empty folder; name another", null);
      }
    }
  }

  private static Map<String, Object> document(
      ModelVersion version, String data, @Nullable ModelSignature signature) {
    Map<String, Object> onnx = new LinkedHashMap<>();
    onnx.put("data", data);
    onnx.put("providers", List.of("CPUExecutionProvider"));
    Map<String, Object> python = new LinkedHashMap<>();
    python.put("data", data);
    python.put("loader_module", "mlflow.onnx");
    Map<String, Object> flavours = new LinkedHashMap<>();
    flavours.put("onnx", onnx);
    flavours.put("python_function", python);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("flavors", flavours);
    document.put(
        "metadata",
        Map.of("mlops4j", Map.of("version", version.toString() + " " + version.digest())));
    if (signature != null) {
      signature(signature).ifPresent(sides -> document.put("signature", sides));
    }
    return document;
  }

  /** Returns empty without inputs, because MLflow has no outputs without inputs. */
  private static Optional<Map<String, Object>> signature(ModelSignature signature) {
    return Schema.write(signature.inputs())
        .map(
            inputs -> {
              Map<String, Object> sides = new LinkedHashMap<>();
              sides.put("inputs", inputs);
              Schema.write(signature.outputs()).ifPresent(json -> sides.put("outputs", json));
              return sides;
            });
  }
}
