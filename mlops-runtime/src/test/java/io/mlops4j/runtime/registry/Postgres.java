package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server for the tests of this JVM, started once, in a temporary folder. Under
 * root it runs in a user namespace of its own, as PostgreSQL refuses root.
 */
public final class Postgres {
  private static @Nullable EmbeddedPostgres server;
  private static @Nullable String reason;

  private Postgres() {}

  /** The server. Aborts the test, and says why, where there can be none. */
  public static synchronized EmbeddedPostgres server() {
    if (server == null && reason == null) {
      try {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
      } catch (IOException | RuntimeException e) {
        reason = reason(e);
      }
    }
    return server == null ? abort(reason) : server;
  }

  private static String reason(Exception e) {
    String reason = "no PostgreSQL can be started here: " + e;
    System.err.println("skipping the tests with PostgreSQL: " + reason);
    return reason;
  }

  /** A server of one test, which it may stop; the caller closes it. Aborts as {@link #server}. */
  public static EmbeddedPostgres own(Path data) {
    try {
      return start(data, 0);
    } catch (IOException | RuntimeException e) {
      return abort(reason(e));
    }
  }

  /**
   * Starts a server again.
   *
   * @param data its folder
   * @param port its port; 0 for a free one
   */
  public static EmbeddedPostgres start(Path data, int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "off")
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPort(port)
        .start();
  }

  /** Sends a signal, such as {@code -STOP}, to all processes of a server. */
  public static void signal(Path data, String signal) throws Exception {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
    List<String> command = new ArrayList<>(List.of("kill", signal, Long.toString(pid)));
    ProcessHandle.of(pid)
        .orElseThrow()
        .descendants()
        .forEach(child -> command.add(Long.toString(child.pid())));
    Process kill = new ProcessBuilder(command).inheritIO().start();
    assertThat(kill.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  static DataSource source() {
    return server().getPostgresDatabase();
  }
}
