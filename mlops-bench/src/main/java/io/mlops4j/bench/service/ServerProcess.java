package io.mlops4j.bench.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server of the sample as a process, which says its port on its standard error. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("at the ports (\\d+) \\(HTTP\\)");

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** The folder {@code target} of the sample, which must have been built. */
  static Path target() {
    String named = System.getenv("SERVICE_SAMPLE");
    Path target = Path.of(named != null ? named : "samples/service/target").toAbsolutePath();
    if (!Files.isDirectory(target.resolve("lib"))) {
      throw new IllegalStateException(
          target
              + ": found no built sample, expected lib and test-classes; run mvn -q -pl"
              + " samples/service -am package -DskipTests");
    }
    return target;
  }

  static ServerProcess start(String main, Map<String, String> settings, String... arguments)
      throws IOException {
    Path target = target();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms512m",
                "-Xmx512m"));
    if (Runtime.version().feature() >= 24) { // as docs/jvm.md has it; both sides get them
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-cp");
    command.add(
        String.join(
            ":",
            target.resolve("classes").toString(),
            target.resolve("test-classes").toString(),
            target.resolve("lib").resolve("*").toString()));
    command.add(main);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(settings);
    Process process = builder.start();
    BufferedReader log =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      said.append(line).append('\n');
      Matcher port = PORT.matcher(line);
      if (port.find()) {
        return new ServerProcess(process, Integer.parseInt(port.group(1)));
      }
    }
    throw new IOException(main + " did not start:\n" + said);
  }

  int port() {
    return port;
  }

  /**
   * Returns the processor time that the server's JVM has spent on compiling so far, in nanoseconds;
   * 0 where the system does not show it.
   */
  long compiling() {
    Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
    if (!Files.isDirectory(threads)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(threads)) {
      return all.mapToLong(ServerProcess::compiling).sum();
    } catch (IOException e) {
      return 0;
    }
  }

  private static long compiling(Path thread) {
    try {
      boolean compiles = Files.readString(thread.resolve("comm")).contains("Compiler");
      String times = compiles ? Files.readString(thread.resolve("schedstat")) : "0 0 0";
      return Long.parseLong(times, 0, times.indexOf(' '), 10);
    } catch (IOException e) { // the thread has ended
      return 0;
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
