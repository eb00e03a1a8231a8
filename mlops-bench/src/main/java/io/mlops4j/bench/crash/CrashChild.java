package io.mlops4j.bench.crash;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.util.Random;

/** A process that works until it is killed. */
final class CrashChild {
  private CrashChild() {}

  /** Arguments: the registry, a model file, a name, a seed. */
  public static void main(String[] args) {
    try (ModelRegistry registry = FileModelRegistry.open(Path.of(args[0]), Acknowledged.OPTIONS)) {
      System.out.println("READY");
      Random random = new Random(Long.parseLong(args[3]));
      Work work =
          new Work(registry, Path.of(args[1]), args[2], random, line -> System.out.println(line));
      while (true) {
        work.step();
      }
    }
  }
}
