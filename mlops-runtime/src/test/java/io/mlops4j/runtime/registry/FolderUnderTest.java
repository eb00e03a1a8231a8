package io.mlops4j.runtime.registry;

import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.folder.FolderStorage;
import io.mlops4j.runtime.registry.folder.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A registry in a folder. */
final class FolderUnderTest extends Intruder {
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
    damage(files(version));
  }

  private static void damage(Path folder) throws IOException {
    Path file;
    try (Stream<Path> paths = Files.list(folder)) {
      file = paths.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.delete(file); // equal bytes of other versions are links to the same file
    Files.write(file, bytes);
  }

  private Path file(ModelRef ref, long number) {
    return layout.record(layout.alias(ref.name(), ref.alias().orElseThrow()), number);
  }

  @Override
  byte[] record(ModelRef alias, long number) throws IOException {
    return Files.readAllBytes(file(alias, number));
  }

  @Override
  void put(ModelRef alias, long number, byte[] document) throws IOException {
    Files.write(file(alias, number), document);
  }

  @Override
  long last(ModelRef alias) {
    return layout.last(layout.alias(alias.name(), alias.alias().orElseThrow()));
  }

  @Override
  byte[] change(String model, long number) throws IOException {
    return Files.readAllBytes(layout.record(layout.changes(model), number));
  }

  @Override
  void putChange(String model, long number, byte[] document) throws IOException {
    Files.write(layout.record(layout.changes(model), number), document);
  }

  @Override
  public void damageSignature(ModelVersion version) throws IOException {
    damage(layout.version(version.name(), version.number()).resolve("signatures"));
  }

  @Override
  public void cutRecord(String ref, long number) throws IOException {
    Files.delete(file(ModelRef.parse(ref), number));
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
