package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service as a process of its own, and its simplest client. The process ends after five minutes
 * at the latest, because a read of its log cannot be interrupted.
 */
final class ServiceProcess {
  private static final Pattern PORTS =
      Pattern.compile("at the ports (\\d+) \\(HTTP\\) and (\\d+) \\(gRPC\\)");

  private ServiceProcess() {}

  static Map<String, String> settings(Path registry) {
    return Map.of(
        "MLOPS_REGISTRY", registry.toString(),
        "MLOPS_MODEL", Demo.CHAMPION,
        "MLOPS_HOST", "127.0.0.1",
        "MLOPS_PORT", "0",
        "MLOPS_GRPC_PORT", "0");
  }

  static Process start(Map<String, String> settings) throws IOException {
    return start(
        settings,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        "io.mlops4j.samples.service.Main");
  }

  static Process start(Map<String, String> settings, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("MLOPS_"));
    builder.environment().putAll(settings);
    Process process = builder.start();
    process
        .onExit()
        .orTimeout(5, TimeUnit.MINUTES)
        .exceptionally(
            late -> {
              process.toHandle().destroyForcibly(); // its log can still be read
              return process;
            });
    return process;
  }

  static int port(BufferedReader log) throws IOException {
    return number(ports(log), 1);
  }

  static Matcher ports(BufferedReader log) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      all.append(line).append('\n');
      Matcher ports = PORTS.matcher(line);
      if (ports.find()) {
        return ports;
      }
    }
    throw new AssertionError("the service did not start:\n" + all);
  }

  static int number(Matcher ports, int which) {
    return Integer.parseInt(ports.group(which));
  }

  static void send(OutputStream out) throws IOException {
    String call =
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(RunningService.FLIGHT.length(), RunningService.FLIGHT);
    out.write(call.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Reads one response, whose length is stated. */
  static int status(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      assertThat(next).as("after " + head).isNotNegative();
      head.append((char) next);
    }
    Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
    assertThat(length.find()).as(head.toString()).isTrue();
    in.skipNBytes(Integer.parseInt(length.group(1)));
    return Integer.parseInt(head.substring(9, 12));
  }
}
