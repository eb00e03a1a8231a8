package io.mlops4j.bench.soak.part;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of this machine's binaries, with a folder of its own. It refuses to run as
 * root, so root starts it as the user {@code postgres}.
 */
public final class Postgres implements AutoCloseable {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final Path binaries;
  private final Path folder;
  private final Path data;
  private final int port;

  /**
   * Starts a new server.
   *
   * @param binaries what {@link #binaries} returned
   * @param folder an empty folder for its data, which every user can reach
   */
  public Postgres(Path binaries, Path folder) throws IOException {
    this.binaries = binaries;
    this.folder = folder;
    this.data = folder.resolve("data");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    run("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync");
    start();
  }

  /** The folder of its programs, or null if this machine has none. */
  public static @Nullable Path binaries() throws IOException {
    if (Limits.has("initdb") && Limits.has("pg_ctl")) {
      return Path.of("");
    }
    if (!Files.isDirectory(DEBIAN)) {
      return null;
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("pg_ctl")))
          .findFirst()
          .orElse(null);
    }
  }

  public int port() {
    return port;
  }

  public void start() throws IOException {
    String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -k " + data;
    run(
        "pg_ctl",
        "-D",
        data.toString(),
        "-w",
        "-l",
        data.resolve("log") + "",
        "-o",
        options,
        "start");
  }

  /** Ends its processes and connections at once. */
  public void stop() throws IOException {
    run("pg_ctl", "-D", data.toString(), "-w", "-m", "immediate", "stop");
  }

  /** Its processes take connections, and never answer. */
  public void suspend() throws IOException {
    signal("-STOP");
  }

  public void resume() throws IOException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException {
    List<String> command = new ArrayList<>(List.of("kill", signal));
    List<String> first = Files.readAllLines(data.resolve("postmaster.pid"));
    long pid = Long.parseLong(first.get(0).strip());
    command.add(Long.toString(pid));
    ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::descendants)
        .forEach(child -> command.add(Long.toString(child.pid())));
    Limits.failure(command.toArray(String[]::new)); // a child may have ended meanwhile
  }

  private void run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(binaries.resolve(program).toString());
    command.addAll(List.of(arguments));
    // Its output is a file: the server would keep a pipe open.
    Path output = Files.createTempFile("postgres", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = process.onExit().join().exitValue();
    String said = Files.readString(output);
    Files.delete(output);
    if (exit != 0) {
      throw new IOException(program + ": exit code " + exit + " " + said.strip());
    }
  }

  /** Its folder stays. */
  @Override
  public void close() throws IOException {
    resume();
    stop();
  }
}
