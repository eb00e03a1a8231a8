package io.mlops4j.bench.soak.part;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the system offers to hold a process to limits. */
public final class Limits {
  private Limits() {}

  /** Whether the memory of a process can be limited. */
  public static boolean hasPrlimit() {
    return has("prlimit");
  }

  /** Whether a command is there. */
  public static boolean has(String command) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, command)));
  }

  /** The first processor that this process may use. */
  public static String firstCpu() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.replaceAll("^\\D*(\\d+).*$", "$1"))
        .findFirst()
        .orElse("0");
  }

  /** What a command said if it failed, and empty if it did not. */
  public static String failure(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.onExit().join().exitValue();
    return exit == 0 ? "" : "exit code " + exit + " " + said.strip();
  }
}
