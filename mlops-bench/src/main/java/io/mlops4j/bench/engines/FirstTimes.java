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

  /** A small container, with a heap of one size, and a server that does not wait for more bytes. */
  private static final List<String> SMALL =
      List.of(
          "-Xss64m", "-XX:+UseSerialGC", "-Xms32m", "-Xmx32m", "-Dsun.net.httpserver.nodelay=true");

  /** The first Java that makes a cache of classes in one step. */
  private static final int AHEAD_OF_TIME = 25;

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
            () -> first(Until.ANSWER)),
        new Comparison(
            "engines.start.first",
            "time from main to the first answer of a small model, a record in and out, with an"
                + " archive of classes and the native library kept extracted",
            EnginesTopic.ORT + ", a direct buffer in, a pinned output",
            0.7,
            () -> archived(Until.RECORD),
            FirstTimes::rawAnswer),
        new Comparison(
            "engines.start.first.batch",
            "the same with a batch of Arrow columns in place of a record",
            EnginesTopic.ORT + ", a direct buffer in, a pinned output",
            Double.NaN,
            () -> archived(Until.ANSWER),
            FirstTimes::rawAnswer),
        new Comparison(
            "engines.start.first.plain",
            "the same with a record, without an archive, the library extracted",
            EnginesTopic.ORT + ", a direct buffer in, a pinned output",
            Double.NaN,
            FirstTimes::plain,
            FirstTimes::rawAnswer),
        new Comparison(
            "engines.start.first.prepared",
            "the same with an archive and the library kept",
            EnginesTopic.ORT + ", with an archive and its library extracted before, too",
            Double.NaN,
            () -> archived(Until.RECORD),
            FirstTimes::preparedRawAnswer),
        new Comparison(
            "engines.start.memory",
            "resident memory of a service with one small model on the JDK's HTTP server, after 3000"
                + " requests and a collection, with an archive and the native library kept",
            EnginesTopic.ORT + " in the same server, a tensor in and out that are kept",
            1.1,
            FirstTimes::service,
            () ->
                new FreshJvm(
                    SmallService.class,
                    SMALL,
                    List.of(Models.file("mlp32").toString()),
                    SmallClassPath.in(Models.folder()))));
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

  private static Side plain() {
    return new FreshJvm(
        Start.class,
        List.of(),
        List.of(Until.RECORD.name(), Models.file("mlp32").toString()),
        SmallClassPath.in(Models.folder()));
  }

  /** The first run extracts the library, the second writes the archive. */
  private static Side archived(Until until) throws IOException, InterruptedException {
    Path folder = Models.folder();
    Path libraries = folder.resolve("libraries");
    Path model = Models.file("mlp32");
    filled(Start.class, Until.ENGINE, model, libraries);
    return archived(folder, List.of(), until, model.toString(), libraries.toString());
  }

  private static Side service() throws IOException, InterruptedException {
    Path folder = Models.folder();
    Path libraries = folder.resolve("libraries");
    Path model = Models.file("mlp32");
    filled(Start.class, Until.ENGINE, model, libraries);
    List<String> arguments = List.of(model.toString(), libraries.toString());
    return archived(folder, SmallService.class, SMALL, arguments);
  }

  private static Side rawAnswer() {
    return new FreshJvm(
        Start.class,
        LARGE_STACK,
        List.of(Until.RAW.name(), Models.file("mlp32").toString()),
        SmallClassPath.in(Models.folder()));
  }

  private static Side preparedRawAnswer() throws IOException, InterruptedException {
    Path folder = Models.folder();
    Path libraries = folder.resolve("libraries");
    Path model = Models.file("mlp32");
    filled(Start.class, Until.ENGINE, model, libraries);
    Path library;
    try (Stream<Path> files = Files.walk(libraries)) {
      library = files.filter(file -> file.toString().endsWith(".so")).findFirst().orElseThrow();
    }
    String kept = "-Donnxruntime.native.path=" + library.getParent();
    return archived(folder, List.of(LARGE_STACK.get(0), kept), Until.RAW, model.toString());
  }

  private static Side archived(Path folder, List<String> flags, Until until, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = Stream.concat(Stream.of(until.name()), Stream.of(arguments)).toList();
    return archived(folder, Start.class, flags, all);
  }

  /**
   * The first run writes an archive of its classes. It holds those from jars, so measure with the
   * jar of the benchmarks.
   */
  private static Side archived(
      Path folder, Class<?> main, List<String> flags, List<String> arguments)
      throws IOException, InterruptedException {
    Path archive = folder.resolve("classes.jsa");
    List<String> silent = with(flags, "-Xlog:disable"); // or the JVM prints after the figure
    String classPath = SmallClassPath.in(folder);
    boolean ahead = Runtime.version().feature() >= AHEAD_OF_TIME;
    String make = ahead ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=";
    String use = ahead ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=";
    new FreshJvm(main, with(silent, make + archive), arguments, classPath).measure();
    return new FreshJvm(main, with(silent, use + archive), arguments, classPath);
  }

  private static List<String> with(List<String> flags, String more) {
    return Stream.concat(flags.stream(), Stream.of(more)).toList();
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
