package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.MlopsException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Files that are damaged, changed or point elsewhere. */
final class FileRows {

  private FileRows() {}

  /** Raw: most such files load, and answer wrongly. */
  static void weightsFlipped(CrashSetup setup) throws Exception {
    Path home = setup.folder.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(home)) {
      registry.publish(
          ModelCard.builder("line").owner("soak").licence("Apache-2.0").build(), setup.line());
      Path stored = first(home, ".onnx");
      byte[] whole = Files.readAllBytes(stored);
      for (int at = 0; at < whole.length; at += Math.max(1, whole.length / (3 * setup.rounds))) {
        byte[] flipped = whole.clone();
        flipped[at] ^= 0x40;
        Files.write(stored, flipped);
        Expect.exception(() -> setup.runtime.load(registry, "line:1"), RegistryException.class);
      }
      Files.write(stored, whole);
      try (Model model = setup.runtime.load(registry, "line:1");
          FeatureBatch batch = setup.x(5)) {
        CrashSetup.askLine(model, batch, 5);
      }
    }
  }

  private static Path first(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      Path stored = all.filter(path -> path.toString().endsWith(ending)).findFirst().orElseThrow();
      if (!stored.toFile().setWritable(true)) {
        throw new IOException(stored + " cannot be made writable");
      }
      return stored;
    }
  }

  /** Raw: an exception. */
  static void damagedFiles(CrashSetup setup) throws Exception {
    byte[] whole = Graphs.line().toByteArray();
    Path file = setup.folder.resolve("damaged.onnx");
    for (int length = 0; length < whole.length; length += Math.max(1, 60 / setup.rounds)) {
      Files.write(file, Arrays.copyOf(whole, length));
      Expect.answerOr(
          () -> {
            setup.runtime.load(file).close();
            return null;
          },
          MlopsException.class);
    }
    Files.delete(file);
    Expect.exception(() -> setup.runtime.load(file), ModelLoadException.class);
    Files.writeString(file, "no model");
    Expect.exception(() -> setup.runtime.load(file), ModelLoadException.class);
  }

  /** Raw: an exception. Weights beside the model are all that it may read. */
  static void externalData(CrashSetup setup) throws Exception {
    Path home = Files.createDirectory(setup.folder.resolve("home"));
    Files.write(setup.folder.resolve("weights.bin"), Graphs.externalFactor());
    Path outside = setup.folder.resolve("weights.bin");
    for (String location : List.of("../weights.bin", outside.toString(), "/dev/zero", "", "..")) {
      Graphs.save(home, "model", Graphs.external(location));
      Expect.exception(() -> setup.runtime.load(home), ModelLoadException.class);
    }
    Files.createSymbolicLink(home.resolve("link.bin"), outside);
    Graphs.save(home, "model", Graphs.external("link.bin"));
    Expect.exception(() -> setup.runtime.load(home), ModelLoadException.class);
    Files.delete(home.resolve("link.bin"));
    Files.write(home.resolve("weights.bin"), new byte[] {1});
    Graphs.save(home, "model", Graphs.external("weights.bin"));
    Expect.exception(() -> setup.runtime.load(home), ModelLoadException.class);
    Files.write(home.resolve("weights.bin"), Graphs.externalFactor());
    try (Model model = setup.runtime.load(home);
        FeatureBatch batch = setup.x(4)) {
      CrashSetup.askLine(model, batch, 4);
    }
  }
}
