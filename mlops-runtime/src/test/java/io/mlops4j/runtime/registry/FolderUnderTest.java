package io.mlops4j.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.compatibility.RegistryUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A registry in a folder. */
final class FolderUnderTest implements RegistryUnderTest {
  private Layout layout;

  @Override
  public ModelRegistry open(Path folder, RegistryOptions options) {
    layout = new Layout(folder);
    return FileModelRegistry.open(folder, options);
  }

  private Path away() {
    return Objects.requireNonNull(layout.root().getParent()).resolve("away");
  }

  @Override
  public void takeAway() throws IOException {
    Files.move(layout.root(), away());
  }

  @Override
  public void bringBack() throws IOException {
    Files.move(away(), layout.root());
  }

  private Path files(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve(FolderStorage.FILES);
  }

  @Override
  public void damageBytes(ModelVersion version) throws IOException {
    Path file;
    try (Stream<Path> paths = Files.list(files(version))) {
      file = paths.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  private Path record(String ref, long number) {
    ModelRef parsed = ModelRef.parse(ref);
    return layout.record(layout.alias(parsed.name(), parsed.alias().orElseThrow()), number);
  }

  @Override
  public void forgeRecord(String ref, long number) throws IOException {
    ObjectNode json = Json.parse(Files.readAllBytes(record(ref, number)));
    json.put("actor", "eve");
    Files.write(record(ref, number), Json.writeSealed(json));
  }

  @Override
  public void cutRecord(String ref, long number) throws IOException {
    Files.delete(record(ref, number));
  }

  @Override
  public void cutVersion(ModelVersion version) {
    Disk.deleteQuietly(layout.version(version.name(), version.number()));
  }

  @Override
  public boolean hasBytes(ModelVersion version) {
    return Files.exists(files(version));
  }

  List<String> staged() throws IOException {
    try (Stream<Path> left = Files.list(Layout.staging(layout.root()))) {
      return left.map(Path::toString).toList();
    }
  }
}
