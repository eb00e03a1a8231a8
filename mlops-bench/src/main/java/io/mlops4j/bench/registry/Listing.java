package io.mlops4j.bench.registry;

import io.mlops4j.bench.ratios.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Lists the names in a folder of empty folders, and looks into none. */
final class Listing implements Side {
  private final Scratch scratch = Scratch.make();

  Listing(int folders) throws IOException {
    for (int i = 1; i <= folders; i++) {
      Files.createDirectory(scratch.folder().resolve(Integer.toString(i)));
    }
  }

  @Override
  public float run() throws IOException {
    try (Stream<Path> names = Files.list(scratch.folder())) {
      return names.count();
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
