package io.mlops4j.runtime.feature;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;

/** Another process that reads or writes files, and prints how each attempt ended. */
final class FilesChild {
  private FilesChild() {}

  /**
   * Arguments: {@code read}, {@code filter}, {@code write}, or {@code limited} to write small files
   * only, then files; or {@code query}, then SQL.
   */
  public static void main(String[] args) throws Exception {
    try (RootAllocator memory = new RootAllocator()) {
      if (args[0].equals("limited")) {
        limitFiles(memory);
      }
      for (String name : List.of(args).subList(1, args.length)) {
        try {
          switch (args[0]) {
            case "write", "limited" -> write(Path.of(name), memory);
            case "filter" ->
                count(
                    DataFiles.open(
                        List.of(Path.of(name)),
                        ReadOptions.builder().filter("1 = 1").build(),
                        memory));
            case "query" -> count(DataFiles.query(name, ReadOptions.defaults(), memory));
            default -> count(DataFiles.open(Path.of(name), memory));
          }
          System.out.println("DONE " + name);
        } catch (RuntimeException e) {
          System.out.println(
              e.getClass().getSimpleName() + " " + e.getMessage().lines().findFirst().orElse(""));
        }
      }
    }
    System.out.println("END");
  }

  /** After DuckDB has extracted its library, no file may grow beyond 100 KB. */
  private static void limitFiles(RootAllocator memory) throws IOException, InterruptedException {
    count(DataFiles.query("SELECT 1", ReadOptions.defaults(), memory));
    ChildProcess.limitFiles(100_000);
  }

  private static void count(FeatureReader opened) {
    try (FeatureReader reader = opened) {
      reader.forEach(FeatureBatch::rows);
    }
  }

  private static void write(Path file, RootAllocator memory) {
    long[] values = new long[50_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i + 1) * 0x9E3779B97F4A7C15L; // not to be compressed
    }
    try (FeatureWriter writer = DataFiles.create(file, WriteOptions.defaults());
        FeatureBatch batch = FeatureBatch.builder(memory).longs("n", values).build()) {
      for (int i = 0; i < 10; i++) {
        writer.write(batch);
      }
      writer.commit();
    }
  }

  /** Runs a process to its end. */
  static List<String> run(String... args) throws IOException, InterruptedException {
    return runWith(System.getProperty("java.class.path"), args);
  }

  /** Runs a process with another class path to its end. */
  static List<String> runWith(String classPath, String... args)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        ChildProcess.classPath(
            ChildProcess.java(List.of("-Xmx256m"), FilesChild.class, (Object[]) args), classPath);
    return ChildProcess.output(
            ChildProcess.start(builder.redirectError(ProcessBuilder.Redirect.INHERIT)))
        .lines()
        .toList();
  }
}
