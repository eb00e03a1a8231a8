package io.mlops4j.runtime.view;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real server for the tests of this JVM, started once: {@code redis-server} or {@code
 * valkey-server}, from the path or from the folder of the system property {@code redis.bin}.
 */
final class RedisServer {
  static final String PASSWORD = "open sesame";
  private static @Nullable RedisServer server;
  private static @Nullable String reason;

  private final int port;
  private final Process process;

  private RedisServer(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  /** Returns a store, or aborts the test and says why. */
  static synchronized OnlineStore open() {
    if (server == null && reason == null) {
      try {
        server = start(freePort());
      } catch (IOException e) {
        reason = e.getMessage() + ": apt-get install redis-server";
        System.err.println("skipping the tests with Redis: " + reason);
      }
    }
    return server == null ? abort(reason) : server.store();
  }

  /** Starts a server that the test may stop, or aborts the test. */
  static RedisServer own() throws IOException {
    open().close();
    for (int left = 4; ; left--) {
      try {
        return start(freePort());
      } catch (IOException e) { // another process may have taken the port
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  int port() {
    return port;
  }

  /** Starts it again at the same port, empty. */
  RedisServer again() throws IOException {
    return start(port);
  }

  /** Stops it (SIGSTOP), so that it takes connections and never answers; or lets it go on. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", name, "" + process.pid()).inheritIO().start();
    if (!kill.waitFor(30, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IOException("kill " + name + " failed");
    }
  }

  void end() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the server does not end");
    }
  }

  static synchronized @Nullable RedisServer running() {
    return server;
  }

  private OnlineStore store() {
    return RedisOnlineStore.builder("127.0.0.1", port)
        .user("", PASSWORD)
        .timeout(Duration.ofSeconds(20))
        .open();
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static RedisServer start(int port) throws IOException {
    Path binary = binary();
    Process process =
        new ProcessBuilder(
                binary.toString(),
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--requirepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    RedisServer started = new RedisServer(port, process);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end && process.isAlive()) {
      try (OnlineStore probe = started.store()) {
        probe.read("probe", List.of("[1]"));
        return started;
      } catch (RuntimeException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
    process.destroyForcibly();
    throw new IOException(binary + " did not answer");
  }

  private static Path binary() throws IOException {
    String path = System.getProperty("redis.bin", System.getenv("PATH"));
    for (String folder : path.split(File.pathSeparator, -1)) {
      for (String name : List.of("redis-server", "valkey-server")) {
        Path file = Path.of(folder, name);
        if (file.toFile().canExecute()) {
          return file;
        }
      }
    }
    throw new IOException("no redis-server or valkey-server on the PATH");
  }
}
