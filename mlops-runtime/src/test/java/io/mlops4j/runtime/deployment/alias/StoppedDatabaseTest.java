package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL whose processes were stopped takes connections and never answers. */
@Timeout(180)
class StoppedDatabaseTest {
  private static final Duration PROMPT = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private EmbeddedPostgres server;

  @BeforeEach
  void startServer() {
    try {
      server =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "off")
              .setDataDirectory(folder.resolve("data"))
              .setCleanDataDirectory(true)
              .start();
    } catch (IOException | RuntimeException e) {
      abort("no PostgreSQL can be started here: " + e);
    }
  }

  @AfterEach
  void stopServer() throws Exception {
    signal("-CONT");
    server.close();
  }

  private void signal(String signal) throws Exception {
    long pid =
        Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0).strip());
    List<String> command = new ArrayList<>(List.of("kill", signal, Long.toString(pid)));
    ProcessHandle.of(pid)
        .orElseThrow()
        .descendants()
        .forEach(child -> command.add(Long.toString(child.pid())));
    Process kill = new ProcessBuilder(command).inheritIO().start();
    assertThat(kill.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void prompt(Runnable work) {
    long before = System.nanoTime();
    work.run();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(PROMPT);
  }

  @Test
  void controlOfADeploymentGoesOn() throws Exception {
    try (DeploymentFixture plus =
        new DeploymentFixture(JdbcModelRegistry.open(server.getPostgresDatabase()))) {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      Deployment deployment = plus.champion().registryTimeout(Duration.ofSeconds(1)).start();
      Deployment other = plus.champion().registryTimeout(Duration.ofSeconds(1)).start();
      try {
        signal("-STOP");
        prompt(
            () ->
                assertThatThrownBy(deployment::refresh)
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("did not answer within PT1S"));
        assertThat(deployment.status().outage()).isPresent();
        prompt(
            () ->
                assertThatThrownBy(() -> deployment.rollback(deployment.servedBy(), "alarm"))
                    .isInstanceOf(RegistryException.class));
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
        prompt(deployment::close);
      } finally {
        signal("-CONT");
      }
      plus.assign(CHAMPION, plus.v3);
      prompt(other::refresh);
      assertThat(plus.ask(other, 0)).isEqualTo(3);
      other.close();
    }
  }

  @Test
  void aRegistryGivesUpAStatementAfterItsTimeLimit() throws Exception {
    Properties properties = new Properties();
    properties.put("user", "postgres");
    properties.put("loginTimeout", "2");
    String url = server.getJdbcUrl("postgres", "postgres");
    try (ModelRegistry registry =
        JdbcModelRegistry.builder(url, properties).statementTimeout(Duration.ofSeconds(1)).open()) {
      assertThat(registry.models()).isEmpty();
      try {
        signal("-STOP");
        prompt(() -> assertThatThrownBy(registry::models).isInstanceOf(RegistryException.class));
      } finally {
        signal("-CONT");
      }
      assertThat(registry.models()).isEmpty();
    }
  }
}
