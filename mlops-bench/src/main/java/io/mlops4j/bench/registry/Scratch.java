package io.mlops4j.bench.registry;

import io.mlops4j.bench.files.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that is deleted with what it holds. */
record Scratch(Path folder) implements AutoCloseable {
  static Scratch make() throws IOException {
    return new Scratch(Files.createTempDirectory("mlops4j-registry"));
  }

  @Override
  public void close() throws IOException {
    Folders.delete(folder);
  }
}
