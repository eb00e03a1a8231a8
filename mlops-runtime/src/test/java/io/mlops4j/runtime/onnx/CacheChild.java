package io.mlops4j.runtime.onnx;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Another process. */
final class CacheChild {
  private CacheChild() {}

  /**
   * {@code load cache model}: loads a model and says the digest of what it answers. {@code fill
   * cache model}: loads it again and again with an empty cache, until it is killed. {@code start
   * folder}: starts ONNX Runtime and says which library it has loaded.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    switch (args[0]) {
      case "load" ->
          System.out.println(digest(CacheFixture.answers(Path.of(args[2]), ModelCache.in(folder))));
      case "fill" -> {
        try (CacheFixture fixture = new CacheFixture(ModelCache.in(folder))) {
          System.out.println("READY");
          while (true) {
            try (Stream<Path> entries = Files.list(folder.resolve("models"))) {
              entries.forEach(Disk::deleteQuietly);
            }
            fixture.load(Path.of(args[2])).close();
          }
        }
      }
      default -> {
        EngineOptions options = EngineOptions.of(new DirectMemory(), 1).withNativeCache(folder);
        try (Engine engine = OnnxEngine.open(options)) {
          try (Stream<String> lines =
              Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
            System.out.println(
                lines
                    .filter(line -> line.contains("/libonnxruntime.so"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst()
                    .orElse("nothing"));
          }
          System.out.println(System.getProperty("onnxruntime.native.path"));
          System.out.println(engine.cancels());
        }
      }
    }
  }

  static String digest(String answers) {
    return Digest.sha256(answers.getBytes(StandardCharsets.UTF_8)).toString();
  }

  static ProcessBuilder command(Object... args) {
    return ChildProcess.java(List.of("-Xmx64m"), CacheChild.class, args);
  }

  static Process start(ProcessBuilder command, Path errors) throws IOException {
    return ChildProcess.start(
        command.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile())));
  }

  /** The lines that it says, when it has ended well. */
  static List<String> lines(Process process) throws Exception {
    List<String> said = ChildProcess.output(process).lines().toList();
    int code = process.waitFor();
    if (code != 0) {
      throw new AssertionError("the child ended with " + code + " and said " + said);
    }
    return said;
  }
}
