package io.mlops4j.bench.engines;

import io.mlops4j.bench.engines.Opening.Cost;
import io.mlops4j.bench.engines.Start.Until;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.FreshJvm;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is done once in a process: each sample starts a JVM, with all files in the page cache. */
final class FirstTimes {
  private static final String DIGESTED =
      EnginesTopic.ORT + ", by path; the file is digested before, piece by piece";

  /** For ONNX Runtime, which matches a long command line with a recursive pattern. */
  private static final List<String> LARGE_STACK = List.of("-Xss64m");

  private FirstTimes() {}

  static List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "engines.open.minilm.cached",
            "time to open all-MiniLM-L6-v2 the second time with a cache of models",
            DIGESTED,
            0.35,
            () -> ours(Cost.TIME),
            () -> raw(Cost.TIME)),
        new Comparison(
            "engines.open.minilm.cached.memory",
            "resident memory that this adds",
            DIGESTED,
            0.6,
            () -> ours(Cost.MEMORY),
            () -> raw(Cost.MEMORY)),
        new Comparison(
            "engines.open.minilm.cached.memory.answered",
            "resident memory that this and one answer add: weights that are mapped and were read"
                + " count, though they belong to the page cache",
            DIGESTED,
            Double.NaN,
            () -> ours(Cost.MEMORY_ANSWERED),
            () -> raw(Cost.MEMORY_ANSWERED)),
        new Comparison(
            "engines.start.second",
            "time to start ONNX Runtime with its native library kept extracted",
            "itself, which extracts the library",
            0.5,
            () -> second(Until.ENGINE),
            () -> first(Until.ENGINE)),
        new Comparison(
            "engines.start.second.answer",
            "time from main to the first answer of a small model, the loading of all classes"
                + " included, with the native library kept extracted",
            "itself, which extracts the library",
            Double.NaN,
            () -> second(Until.ANSWER),
            () -> first(Until.ANSWER)));
  }

  private static Side ours(Cost cost) throws IOException, InterruptedException {
    Path cache = Models.folder().resolve("cache");
    return filled(OpenOurs.class, cost, MiniLm.file(), Models.file("mlp32"), cache);
  }

  private static Side raw(Cost cost) throws IOException {
    Path model = MiniLm.file();
    String digest = Digest.sha256(ByteBuffer.wrap(Files.readAllBytes(model))).hex();
    return new FreshJvm(OpenRaw.class, LARGE_STACK, List.of(cost.name(), model.toString(), digest));
  }

  private static Side second(Until until) throws IOException, InterruptedException {
    Path libraries = Models.folder().resolve("libraries");
    return filled(Start.class, until, Models.file("mlp32"), libraries);
  }

  private static Side first(Until until) {
    return fresh(Start.class, until, Models.file("mlp32"));
  }

  /** The first run fills what the others find. */
  private static Side filled(Class<?> main, Enum<?> what, Path... paths)
      throws IOException, InterruptedException {
    FreshJvm side = fresh(main, what, paths);
    side.measure();
    return side;
  }

  private static FreshJvm fresh(Class<?> main, Enum<?> what, Path... paths) {
    List<String> arguments =
        Stream.concat(Stream.of(what.name()), Stream.of(paths).map(Path::toString)).toList();
    return new FreshJvm(main, List.of(), arguments);
  }
}
