package io.mlops4j.runtime.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.DatabaseUnderTest;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.Models;
import io.mlops4j.runtime.registry.Shelf;
import io.mlops4j.runtime.registry.store.VersionList;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a lineage takes in a registry of a size: a few blocks in every build, 100 000 versions
 * with {@code -Dmlops4j.lineage.versions=100000}, where a lineage must take less than a second.
 */
@Thorough("scale")
class LineageScaleTest {
  private static final int VERSIONS = Integer.getInteger("mlops4j.lineage.versions", 600);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final boolean TIMED = VERSIONS >= 100_000;

  @TempDir Path temp;

  private static ModelCard card(int number) {
    ModelCard.Builder card = ModelCard.builder("race").parameter("id", "" + number);
    if (number > 1) {
      card.parent(new ModelVersion("race", number - 1, Models.MLP4));
    }
    return card.trainedOn(DatasetRef.of("set " + number % 7, Models.MLP4_WRONG)).build();
  }

  private Path folder() throws Exception {
    Path folder = temp.resolve("registry");
    FileModelRegistry.open(folder).close();
    Shelf.fill(folder, Models.mlp4(temp), 1, VERSIONS, LineageScaleTest::card);
    return folder;
  }

  /** Without the bytes of models, which no lineage reads. */
  private static void fill(DatabaseUnderTest database, Path folder) throws Exception {
    database.update("INSERT INTO $model (model, generation) VALUES ('race', 0)");
    String sql =
        "INSERT INTO $version (model, seq, digest, card_digest, ended, manifest, card) "
            + "VALUES ('race', ?, ?, ?, ?, ?, ?)";
    try (Connection connection = database.pool.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(sql.replace("$", database.prefix()))) {
      boolean automatic = connection.getAutoCommit();
      connection.setAutoCommit(false);
      Digest end = null;
      for (int number = 1; number <= VERSIONS; number++) {
        Path version = Shelf.version(folder, number);
        byte[] manifest = Files.readAllBytes(version.resolve("manifest.json"));
        byte[] card = Files.readAllBytes(version.resolve("card.json"));
        end = VersionList.link(end, Digest.sha256(manifest));
        insert.setInt(1, number);
        insert.setString(2, Models.MLP4.toString());
        insert.setString(3, Digest.sha256(card).toString());
        insert.setString(4, end.toString());
        insert.setBytes(5, manifest);
        insert.setBytes(6, card);
        insert.addBatch();
        if (number % 500 == 0 || number == VERSIONS) {
          insert.executeBatch();
          connection.commit();
        }
      }
      connection.setAutoCommit(automatic);
    }
  }

  /** The first read writes the blocks of a registry that has none. */
  private static void measure(String what, Supplier<ModelRegistry> open) {
    Duration last = Duration.ZERO;
    for (int run = 1; run <= 3; run++) {
      try (ModelRegistry registry = open.get()) {
        long processor = THREADS.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        Lineage lineage = Lineage.of(registry);
        last = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(lineage).hasToString("lineage of " + (2 * VERSIONS - 1) + " links");
        if (TIMED) {
          processor = (THREADS.getCurrentThreadCpuTime() - processor) / 1_000_000;
          System.out.printf(
              "# %s, read %d: %d ms, %d ms of them on a processor%n",
              what, run, last.toMillis(), processor);
        }
      }
    }
    if (TIMED) {
      assertThat(last).as(what).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void ofFolder() throws Exception {
    Path folder = folder();
    measure("folder", () -> FileModelRegistry.open(folder));
  }

  private void of(String what, DatabaseUnderTest database) throws Exception {
    Path at = temp.resolve("database");
    database.open(at, RegistryOptions.defaults()).close();
    fill(database, folder());
    measure(what, () -> database.open(at, RegistryOptions.defaults()));
    database.checkAndClose();
  }

  @Test
  void ofH2() throws Exception {
    of("H2", DatabaseUnderTest.h2());
  }

  @Test
  void ofPostgres() throws Exception {
    of("PostgreSQL", DatabaseUnderTest.postgres());
  }
}
