package io.mlops4j.runtime.registry;

import static org.junit.jupiter.api.Assumptions.abort;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
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

  /** Aborts the test, and says why, where there can be no server. */
  /** The server. */
  public static synchronized EmbeddedPostgres server() {
    if (server == null && reason == null) {
      try {
        server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
      } catch (IOException | RuntimeException e) {
        reason = "no PostgreSQL can be started here: " + e;
        System.err.println("skipping the tests with PostgreSQL: " + reason);
      }
    }
    return server == null ? abort(reason) : server;
  }

  static DataSource source() {
    return server().getPostgresDatabase();
  }
}
