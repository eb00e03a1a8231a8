package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasListener;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Many threads and processes on one registry in PostgreSQL, some of which are killed. */
@Sized
class SharedJdbcRegistryTest {
  private static final int THREADS = 8;
  private static final int MEGABYTES = TestSize.of(60, 100);

  @TempDir Path temp;
  private final DatabaseUnderTest database = DatabaseUnderTest.postgres();
  private Path model;

  @BeforeEach
  void prepare() throws IOException {
    model = Models.mlp4(temp);
  }

  @AfterEach
  void everyConnectionCameBack() throws SQLException {
    database.checkAndClose();
  }

  private ModelRegistry open() {
    return database.open(temp, RegistryOptions.builder().every(Duration.ofMillis(10)).build());
  }

  @Test
  void whoeverComesFirstMakesTheTablesAndAllPublishTheSameVersion() throws Exception {
    database.builder(temp);
    List<ModelVersion> versions =
        Race.run(
            THREADS,
            thread -> {
              try (ModelRegistry registry =
                  JdbcModelRegistry.builder(database.pool).prefix(database.prefix()).open()) {
                return registry.publish(Models.card("race"), model);
              }
            });
    assertThat(versions).containsOnly(new ModelVersion("race", 1, Models.MLP4)).hasSize(THREADS);
  }

  @Test
  void racingOneAliasThereIsOneOrderAndNoUpdateIsLost() throws Exception {
    assertNoUpdateIsLost("");
  }

  @Test
  void soItIsWhenEveryTransactionIsSerializable() throws Exception {
    assertNoUpdateIsLost("&options=-c%20default_transaction_isolation=serializable");
  }

  private void assertNoUpdateIsLost(String options) throws Exception {
    int rounds = 8;
    open().close();
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(address() + options);
    TestPool pool = new TestPool(source, false);
    List<List<AliasRecord>> acknowledged =
        Race.run(
            THREADS,
            thread -> {
              List<AliasRecord> mine = new ArrayList<>();
              try (ModelRegistry registry =
                  JdbcModelRegistry.builder(pool).prefix(database.prefix()).open()) {
                ModelVersion version = registry.publish(RegistryChild.card("t" + thread), model);
                for (int i = 0; i < rounds; i++) {
                  mine.add(registry.assign("race@champion", version, Change.by("t" + thread)));
                }
              }
              return mine;
            });
    try (ModelRegistry registry = open()) {
      List<AliasRecord> history = registry.history("race@champion");
      assertThat(history)
          .containsExactlyInAnyOrderElementsOf(acknowledged.stream().flatMap(List::stream).toList())
          .hasSize(THREADS * rounds);
      for (List<AliasRecord> mine : acknowledged) {
        assertThat(history.stream().filter(mine::contains)).containsExactlyElementsOf(mine);
      }
      assertThat(registry.versions("race")).hasSize(THREADS);
      assertThat(registry.verify().breaks()).isEmpty();
    }
    assertThat(pool.lent()).isZero();
    pool.close();
  }

  private static String address() {
    return Postgres.server().getJdbcUrl("postgres", "postgres");
  }

  @Test
  void ofThreadsWithTheSameExpectationExactlyOneWins() throws Exception {
    try (ModelRegistry registry = open()) {
      ModelVersion version = registry.publish(Models.card("race"), model);
      AliasRecord start = registry.assign("race@champion", version, Change.by("start"));
      List<Boolean> won =
          Race.run(
              THREADS,
              thread -> {
                try {
                  registry.assign("race@champion", version, Change.by("t" + thread), start);
                  return true;
                } catch (IntegrityException e) {
                  throw e;
                } catch (RegistryException lost) {
                  assertThat(lost).hasMessageContaining("expected record 1");
                  return false;
                }
              });
      assertThat(won).containsOnlyOnce(true);
      assertThat(registry.history("race@champion")).hasSize(2);
    }
  }

  /** A version is named or deleted, never both. */
  @Test
  void assigningAndDeletingAtOnceOneOfThemIsRefused() throws Exception {
    try (ModelRegistry registry = open()) {
      ModelVersion version = registry.publish(Models.card("race"), model);
      List<Boolean> done =
          Race.run(
              THREADS,
              thread -> {
                try {
                  if (thread % 2 == 0) {
                    registry.assign("race@a" + thread, version, Change.by("t" + thread));
                  } else {
                    registry.delete(version, Change.by("t" + thread));
                  }
                  return true;
                } catch (RegistryException refused) {
                  return false;
                }
              });
      boolean deleted = done.get(1);
      for (int thread = 0; thread < THREADS; thread++) {
        assertThat(done.get(thread)).isEqualTo((thread % 2 == 1) == deleted);
      }
      assertThat(registry.verify().breaks()).isEmpty();
    }
  }

  @Test
  void aWatchSurvivesThatTheServerEndsAllConnections() throws Exception {
    BlockingQueue<AliasRecord> told = new LinkedBlockingQueue<>();
    BlockingQueue<RuntimeException> troubles = new LinkedBlockingQueue<>();
    try (ModelRegistry registry = open();
        ModelRegistry other = open()) {
      ModelVersion version = registry.publish(Models.card("race"), model);
      registry.watch(
          "race@champion",
          new AliasListener() {
            @Override
            public void onChange(AliasRecord now) {
              told.add(now);
            }

            @Override
            public void onTrouble(RuntimeException trouble) {
              troubles.add(trouble);
            }
          });
      other.assign("race@champion", version, Change.by("one"));
      assertThat(told.poll(30, TimeUnit.SECONDS)).isNotNull();
      endConnections();
      assertThat(troubles.poll(30, TimeUnit.SECONDS)).isInstanceOf(RegistryException.class);
      AliasRecord second = null;
      for (int tries = 0; second == null; tries++) {
        assertThat(tries).isLessThan(20);
        try {
          second = other.assign("race@champion", version, Change.by("two"));
        } catch (RegistryException e) {
          assertThat(e).hasMessageContaining("then try again");
        }
      }
      assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(second);
    }
  }

  private static void endConnections() throws SQLException {
    try (Connection connection = Postgres.source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
              + " AND backend_type = 'client backend'");
    }
  }

  /** What children said, by number. */
  private static final class Acknowledged {
    final Map<Integer, String> versions = new HashMap<>();
    final Map<Integer, String> records = new HashMap<>();

    void add(String line) {
      String[] words = line.split(" ", -1);
      Map<Integer, String> numbers = words[0].equals("V") ? versions : records;
      if (words.length == 3) {
        String other = numbers.put(Integer.valueOf(words[1]), words[2]);
        assertThat(other).as("two children got %s", line).isNull();
      }
    }
  }

  @Test
  void whatAKilledProcessAcknowledgedStays() throws Exception {
    open().close();
    Random random = new Random(7);
    Acknowledged acknowledged = new Acknowledged();
    int kills = TestSize.of(2, 3);
    for (int kill = 0; kill < kills; kill++) {
      List<Process> children = new ArrayList<>();
      for (int child = 0; child < 2; child++) {
        children.add(
            JdbcRegistryChild.start(
                temp.resolve("errors"),
                "-Xmx64m",
                address(),
                database.prefix(),
                model.toString(),
                "c" + kill + "-" + child,
                "1000"));
      }
      int lines = 3 + random.nextInt(12);
      for (Process child : children) {
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
          assertThat(out.readLine()).isEqualTo("READY");
          for (int i = 0; i < lines; i++) {
            acknowledged.add(Objects.requireNonNull(out.readLine(), "the child ended"));
          }
          child.toHandle().destroyForcibly(); // the stream stays: what it said counts
          out.lines().filter(line -> !line.isEmpty()).forEach(acknowledged::add);
        } finally {
          child.destroyForcibly();
        }
      }
      for (Process child : children) {
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
    }
    try (ModelRegistry registry = open()) {
      List<ModelVersion> stored = registry.versions("race");
      acknowledged.versions.forEach(
          (number, id) ->
              assertThat(registry.card(stored.get(number - 1))).isEqualTo(RegistryChild.card(id)));
      List<AliasRecord> history = registry.history("race@champion");
      acknowledged.records.forEach(
          (number, id) ->
              assertThat(history.get(number - 1).change()).isEqualTo(RegistryChild.change(id)));
      assertThat(acknowledged.versions).hasSizeGreaterThanOrEqualTo(kills);
      assertThat(registry.verify().breaks()).isEmpty();
      assertThat(stored.size() - acknowledged.versions.size())
          .as("not acknowledged")
          .isBetween(0, 2 * kills);
    }
  }

  @Test
  void aLargeModelNeedsNoLargeHeap() throws Exception {
    open().close();
    Path folder = Files.createDirectories(temp.resolve("large"));
    Files.copy(model, folder.resolve("model.onnx"));
    byte[] megabyte = new byte[1 << 20];
    Random random = new Random(11);
    try (var out = Files.newOutputStream(folder.resolve("weights.bin"))) {
      for (int i = 0; i < MEGABYTES; i++) {
        random.nextBytes(megabyte);
        out.write(megabyte);
      }
    }
    Process child =
        JdbcRegistryChild.start(
            temp.resolve("errors"),
            "-Xmx40m",
            address(),
            database.prefix(),
            folder.toString(),
            "large");
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("READY");
      long bytes = ((long) MEGABYTES << 20) + Files.size(model);
      assertThat(out.readLine()).as(() -> errors("large")).isEqualTo("V 1 " + bytes);
    } finally {
      child.destroyForcibly();
    }
  }

  private String errors(String name) {
    try {
      return Files.readString(temp.resolve("errors").resolve(name));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
