package io.mlops4j.bench.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens one model in this process, and prints what that cost as the last line. */
interface Opening extends AutoCloseable {
  /** What is counted. */
  enum Cost {
    /** Nanoseconds until the model is open. */
    TIME,
    /** Resident memory in kB that is there when the model is open. */
    MEMORY,
    /** Resident memory in kB that is there when it has answered once. */
    MEMORY_ANSWERED
  }

  /** Opens the model, after another has started the engine. */
  void open() throws Exception;

  /** Asks it once. */
  void answer() throws Exception;

  @Override
  void close() throws IOException;

  /** Opens and prints. */
  static void print(Cost cost, Opening model) throws Exception {
    if (cost == Cost.TIME) {
      long begin = System.nanoTime();
      model.open();
      System.out.println(System.nanoTime() - begin);
    } else {
      long before = residentKilobytes();
      model.open();
      if (cost == Cost.MEMORY_ANSWERED) {
        model.answer();
      }
      System.out.println(residentKilobytes() - before);
    }
  }

  /** Without what the heap has given up: the bytes of a file that was read to digest it. */
  static long residentKilobytes() throws IOException {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
        .filter(line -> line.startsWith("Rss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("only Linux tells what is resident"));
  }
}
