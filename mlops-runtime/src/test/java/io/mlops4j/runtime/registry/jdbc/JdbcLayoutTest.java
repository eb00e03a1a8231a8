package io.mlops4j.runtime.registry.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.DatabaseUnderTest;
import io.mlops4j.runtime.registry.Models;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upgrades of a registry's tables. */
class JdbcLayoutTest {
  @TempDir Path temp;
  private final DatabaseUnderTest database = DatabaseUnderTest.h2();

  @AfterEach
  void everyConnectionCameBack() throws Exception {
    database.checkAndClose();
  }

  private ModelRegistry open() {
    return database.open(temp, RegistryOptions.defaults());
  }

  @Test
  void anOlderLayoutIsMovedOnOnceAndKeepsWhatIsThere() throws Exception {
    ModelVersion version;
    try (ModelRegistry registry = open()) {
      version = registry.publish(Models.card("fraud"), Models.mlp4(temp));
    }
    Database next =
        new Database(
            Connections.of(database.pool),
            new TablePrefix("", database.prefix()),
            Duration.ofMinutes(2));
    List<List<String>> steps =
        List.of(
            List.of("CREATE TABLE $never (id INTEGER)"),
            List.of(),
            List.of("ALTER TABLE $version ADD COLUMN colour VARCHAR(10)"));
    assertThat(new JdbcLayout(next, steps).open("database").layout()).isEqualTo(3);
    assertThat(new JdbcLayout(next, steps).open("database").layout()).isEqualTo(3);
    assertThatThrownBy(this::open).hasMessageContaining("found layout 3");
    database.update("UPDATE $layout SET layout = 1");
    try (ModelRegistry registry = open()) {
      assertThat(registry.resolve("fraud")).isEqualTo(version);
    }
  }
}
