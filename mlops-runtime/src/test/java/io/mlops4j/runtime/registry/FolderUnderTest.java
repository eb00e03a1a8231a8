package io.mlops4j.runtime.registry;

import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A registry in a folder. */
final class FolderUnderTest extends Intruder {
  private Path root;

  @Override
  public ModelRegistry open(Path folder, RegistryOptions options) {
    root = folder;
    return FileModelRegistry.open(folder, options);
  }

  private Path away() {
    return Objects.requireNonNull(root.getParent()).resolve("away");
  }

  @Override
  public void takeAway() throws IOException {
    Files.move(root, away());
  }

  @Override
  public void bringBack() throws IOException {
    Files.move(away(), root);
  }

  private Path folder(ModelVersion version) {
    return model(version.name()).resolve("versions/%06d".formatted(version.number()));
  }

  private Path model(String name) {
    return root.resolve("models").resolve(name);
  }

  private static Path record(Path folder, long number) {
    return folder.resolve("%06d.json".formatted(number));
  }

  private Path alias(ModelRef ref) {
    return model(ref.name()).resolve("aliases").resolve(ref.alias().orElseThrow());
  }

  private Path files(ModelVersion version) {
    return folder(version).resolve("files");
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
    return record(alias(ref), number);
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
  long last(ModelRef alias) throws IOException {
    try (Stream<Path> records = Files.list(alias(alias))) {
      return records.count();
    }
  }

  @Override
  byte[] change(String model, long number) throws IOException {
    return Files.readAllBytes(record(model(model).resolve("changes"), number));
  }

  @Override
  void putChange(String model, long number, byte[] document) throws IOException {
    Files.write(record(model(model).resolve("changes"), number), document);
  }

  @Override
  public void damageSignature(ModelVersion version) throws IOException {
    damage(folder(version).resolve("signatures"));
  }

  @Override
  public void cutRecord(String ref, long number) throws IOException {
    Files.delete(file(ModelRef.parse(ref), number));
  }

  @Override
  public void cutVersion(ModelVersion version) {
    Disk.deleteQuietly(folder(version));
  }

  @Override
  public boolean hasBytes(ModelVersion version) {
    return Files.exists(files(version));
  }

  List<String> staged() throws IOException {
    try (Stream<Path> left = Files.list(root.resolve(".staging"))) {
      return left.map(Path::toString).toList();
    }
  }
}
