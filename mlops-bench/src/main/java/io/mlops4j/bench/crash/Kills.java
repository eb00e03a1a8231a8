package io.mlops4j.bench.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Kills processes that work in pairs on one registry, at moments that nobody chose. */
final class Kills {
  /** After so many runs a new registry, so that looking at it takes no longer and longer. */
  private static final int RUNS_OF_A_REGISTRY = 10;

  /** Between two acknowledgements, of which a child has one to so many. */
  private static final int MOST_LINES = 8;

  private static final int LONGEST_NANOS = 20_000_000;

  private final Path folder;
  private final Path model;
  private final Random random;

  Kills(Path folder, Path model, Random random) {
    this.folder = folder;
    this.model = model;
    this.random = random;
  }

  CrashCounts run(int runs) throws IOException, InterruptedException {
    CrashCounts tally = new CrashCounts();
    Acknowledged acknowledged = new Acknowledged();
    for (int run = 0; run < runs; run += 2) {
      if (run % RUNS_OF_A_REGISTRY == 0) {
        tally.acknowledged(acknowledged.size());
        acknowledged = new Acknowledged();
      }
      Path root = folder.resolve("registry-" + run / RUNS_OF_A_REGISTRY);
      List<Process> pair = new ArrayList<>();
      for (int i = run; i < Math.min(runs, run + 2); i++) {
        pair.add(start(root, "r" + i));
        tally.run();
      }
      for (Process child : pair) {
        kill(child, acknowledged);
      }
      tally.found(acknowledged.check(root));
    }
    tally.acknowledged(acknowledged.size());
    return tally;
  }

  private Process start(Path root, String name) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Xmx64m",
            CrashChild.class.getName(),
            root.toString(),
            model.toString(),
            name,
            Long.toString(random.nextLong()));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.redirectError(Redirect.appendTo(folder.resolve("errors").toFile())).start();
  }

  /** Some time after one of its acknowledgements; what it said before it died counts. */
  private void kill(Process child, Acknowledged acknowledged)
      throws IOException, InterruptedException {
    BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
    int lines = 2 + random.nextInt(MOST_LINES);
    for (int line = 0; line < lines; line++) {
      String said = output.readLine();
      if (said == null) {
        throw new IOException(
            "a child ended by itself: " + Files.readString(folder.resolve("errors")));
      }
      acknowledged.add(said);
    }
    long end = System.nanoTime() + random.nextInt(LONGEST_NANOS);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    // Process.destroyForcibly would close the pipe, and with it what the child said last.
    child.toHandle().destroyForcibly();
    child.waitFor();
    StringBuilder rest = new StringBuilder();
    for (int c = output.read(); c >= 0; c = output.read()) {
      rest.append((char) c);
    }
    int newline = rest.lastIndexOf("\n");
    rest.substring(0, Math.max(0, newline)).lines().forEach(acknowledged::add);
  }
}
