package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Postgres;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** The newest rows of a view are written to PostgreSQL by processes that are killed. */
public final class MaterialisingKills implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String TABLE = "mlops4j_online_feature";

  @Override
  public String name() {
    return "scale.materialising";
  }

  @Override
  public String what() {
    return "a view that is written to PostgreSQL by processes which are killed at random moments"
        + " until one comes through; stores with other rows than those of a run without a kill,"
        + " keys that are missing or there twice, and rounds without a kill or in which no process"
        + " went on behind some keys";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    Path binaries = Postgres.binaries();
    if (binaries == null) {
      say.accept("skipped: found no PostgreSQL on this machine");
      return List.of();
    }
    Path folder = Files.createTempDirectory("mlops4j-materialising");
    try (Postgres database = new Postgres(binaries, folder)) {
      Path events = folder.resolve("events.parquet");
      int keys = size.of(200_000, 50_000, 5_000);
      writeEvents(events, keys);
      return new Work(database, events, keys, new Random(seed), say)
          .kill(size.of(100, 10, 1), size == Size.TINY);
    } catch (SQLException e) {
      throw new IOException(e);
    } finally {
      Folders.delete(folder);
    }
  }

  /** Four events of each key, out of order, and the last one twice. */
  private static void writeEvents(Path file, int keys) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT 'K' || (i %% %d) AS k, TIMESTAMP '2001-01-01' + to_minutes((i * 7919 %% 1009)::INTEGER) AS ts,"
                  .formatted(keys)
              + " i / 8 AS a, 'text ' || i AS b FROM (SELECT i FROM range(%d) r(i)"
                  .formatted(4 * keys)
              + " UNION ALL SELECT i FROM range(%d) r(i))) TO '%s' (FORMAT parquet)"
                  .formatted(keys, file));
    }
  }

  /** What one run of this part does. */
  private static final class Work {
    private final String address;
    private final Path events;
    private final int keys;
    private final Random random;
    private final Consumer<String> say;
    private int kills;
    private int resumed;
    private int unharmed;

    Work(Postgres database, Path events, int keys, Random random, Consumer<String> say) {
      this.address = "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres?user=postgres";
      this.events = events;
      this.keys = keys;
      this.random = random;
      this.say = say;
    }

    List<Finding> kill(int rounds, boolean few) throws IOException, SQLException {
      materialise(LIMIT); // reads the files of the JVM from the disk
      drop();
      long begin = System.nanoTime();
      materialise(LIMIT);
      Duration alone = Duration.ofNanos(System.nanoTime() - begin);
      String whole = digest();
      int different = 0;
      int lost = 0;
      for (int round = 0; round < rounds; round++) {
        drop();
        int killsBefore = kills;
        comesThrough(alone);
        unharmed += kills == killsBefore ? 1 : 0;
        different += digest().equals(whole) ? 0 : 1;
        lost += rows() == keys ? 0 : 1;
      }
      say.accept(
          "%d kills in %d rounds, in %d of which a process went on behind some keys"
              .formatted(kills, rounds, resumed));
      return List.of(
          new Finding("soak.scale.materialising.different", different, 0),
          new Finding("soak.scale.materialising.lost", lost, 0),
          new Finding("soak.scale.materialising.unharmed", unharmed, few ? rounds : rounds / 2.0),
          new Finding(
              "soak.scale.materialising.restarted", rounds - resumed, few ? rounds : 0.9 * rounds));
    }

    private void comesThrough(Duration alone) throws IOException {
      for (int killed = 0; ; killed++) {
        List<String> told = materialise(Kill.moment(killed, alone, random));
        if (!told.isEmpty()) {
          resumed += told.get(0).equals("0") ? 0 : 1;
          return;
        }
        kills++;
      }
    }

    /** Returns how many keys were there before; nothing if the process was killed. */
    private List<String> materialise(Duration limit) throws IOException {
      return Kill.after(limit, MaterialisingKillsMain.class, List.of(events.toString(), address));
    }

    private long rows() throws SQLException {
      return Long.parseLong(
          one("SELECT count(*) FROM " + TABLE + " WHERE view_name NOT LIKE '%#%'"));
    }

    /** All rows but the notes, which hold times of the job. */
    private String digest() throws SQLException {
      return one(
          "SELECT md5(string_agg(r.entity_key || ' ' || r.event_us || ' ' || r.created_us || ' '"
              + " || encode(r.content, 'hex'), ',' ORDER BY r.entity_key)) FROM "
              + TABLE
              + " r WHERE view_name NOT LIKE '%#%'");
    }

    private void drop() throws SQLException {
      try (Connection connection = DriverManager.getConnection(address);
          Statement statement = connection.createStatement()) {
        statement.execute("DELETE FROM " + TABLE);
      }
    }

    private String one(String sql) throws SQLException {
      try (Connection connection = DriverManager.getConnection(address);
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return String.valueOf(row.getString(1));
      }
    }
  }
}
