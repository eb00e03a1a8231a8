package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.patiently;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Gate;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A PostgreSQL whose processes were stopped takes connections and never answers. */
@Thorough("stopped databases")
@Timeout(180)
class StoppedDatabaseTest {
  /** Drivers wait for a minute; the rest is for a busy machine. */
  private static final Duration PROMPT = Duration.ofSeconds(50);

  @TempDir private Path folder;
  private EmbeddedPostgres server;

  @BeforeEach
  void startServer() {
    server = Postgres.own(folder.resolve("data"));
  }

  @AfterEach
  void stopServer() throws Exception {
    if (server != null) {
      signal("-CONT");
      server.close();
    }
  }

  private void signal(String signal) throws Exception {
    Postgres.signal(folder.resolve("data"), signal);
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
      Deployment deployment =
          patiently(plus.champion().registryTimeout(Duration.ofSeconds(1))::start);
      Deployment other = patiently(plus.champion().registryTimeout(Duration.ofSeconds(1))::start);
      try {
        signal("-STOP");
        prompt(
            () ->
                assertThatThrownBy(deployment::refresh)
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("did not answer within 1 s"));
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
      prompt(() -> patiently(other::refresh));
      assertThat(plus.ask(other, 0)).isEqualTo(3);
      other.close();
    }
  }

  /**
   * Packets are lost while a version is read. The dead connections would be noticed only after a
   * minute.
   */
  @Test
  void theAliasIsFollowedWhenANetworkNoLongerLosesPackets() throws Exception {
    try (LossyNetwork network = new LossyNetwork(server.getPort());
        DeploymentFixture plus =
            new DeploymentFixture(JdbcModelRegistry.open(server.getPostgresDatabase()));
        ModelRegistry far = patient(network.port())) {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch reads = new CountDownLatch(1);
      ModelRegistry loses = losingWhenItReads(far, plus.v2, network, reads);
      try (Deployment deployment =
          patiently(
              plus.champion(loses)
                      .every(Duration.ofMillis(100))
                      .registryTimeout(Duration.ofSeconds(1))
                  ::start)) {
        plus.assign(CHAMPION, plus.v2);
        awaitUninterruptibly(reads);
        await(() -> deployment.status().outage().isPresent());
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        network.mend();
        prompt(() -> await(() -> serves(deployment, plus.v2)));
        await(() -> deployment.status().outage().isEmpty()); // a reading may be late again
      }
    }
  }

  /** More readings hang than the deployment has threads for. Their drivers wait for a minute. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theAliasIsFollowedAfterManyReadingsHung(boolean stopped) throws Exception {
    AtomicInteger readings = new AtomicInteger();
    try (LossyNetwork network = new LossyNetwork(server.getPort());
        DeploymentFixture plus =
            new DeploymentFixture(JdbcModelRegistry.open(server.getPostgresDatabase()));
        ModelRegistry far = patient(network.port())) {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment =
          patiently(
              plus.champion(counting(far, readings))
                      .every(Duration.ofMillis(100))
                      .registryTimeout(Duration.ofSeconds(1))
                  ::start)) {
        if (stopped) {
          signal("-STOP");
        } else {
          network.lose();
        }
        try {
          int before = readings.get();
          await(() -> readings.get() > before + 14);
          assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        } finally {
          signal("-CONT");
          network.mend();
        }
        plus.assign(CHAMPION, plus.v2);
        prompt(() -> await(() -> serves(deployment, plus.v2)));
        await(() -> deployment.status().outage().isEmpty()); // a reading may be late again
      }
    }
  }

  private static boolean serves(Deployment deployment, ModelVersion version) {
    return deployment.servedBy().version().equals(Optional.of(version));
  }

  private static ModelRegistry counting(ModelRegistry real, AtomicInteger readings) {
    return (ModelRegistry)
        Proxy.newProxyInstance(
            StoppedDatabaseTest.class.getClassLoader(),
            new Class<?>[] {ModelRegistry.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("head")) {
                readings.incrementAndGet();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static ModelRegistry patient(int port) {
    Properties properties = new Properties();
    properties.put("user", "postgres");
    properties.put("loginTimeout", "60");
    properties.put("socketTimeout", "60");
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    return JdbcModelRegistry.builder(url, properties).open();
  }

  /** Its network begins to lose packets when the bytes of a version are first read. */
  private static ModelRegistry losingWhenItReads(
      ModelRegistry real, ModelVersion version, LossyNetwork network, CountDownLatch reads) {
    return (ModelRegistry)
        Proxy.newProxyInstance(
            StoppedDatabaseTest.class.getClassLoader(),
            new Class<?>[] {ModelRegistry.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("source")
                  && arguments[0].equals(version)
                  && reads.getCount() > 0) {
                network.lose();
                reads.countDown();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Callers get answers of both versions, and the rollout goes on at the step where it was. */
  @Test
  void aRolloutWaitsForTheDatabase() throws Exception {
    Change ana = Change.by("ana");
    Verdict pass = new Verdict.Pass(List.of(new Evidence("errors", 0, 0.1, "no call failed")));
    AtomicBoolean judges = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicInteger judged = new AtomicInteger();
    Gate gate =
        trial -> {
          if (!judges.get()) {
            return new Verdict.Inconclusive(pass.evidence());
          }
          judged.incrementAndGet();
          awaitUninterruptibly(stopped); // the verdict cannot be recorded
          return pass;
        };
    try (DeploymentFixture plus =
        new DeploymentFixture(JdbcModelRegistry.open(server.getPostgresDatabase()))) {
      plus.assign(CHAMPION, plus.v1);
      Rollout rollout = Rollout.of(plus.registry, CHAMPION);
      RolloutPlan plan = RolloutPlan.of(0.5, 0.6).withEvery(Duration.ofMillis(20));
      try (Deployment deployment =
          patiently(
              plus.champion()
                      .every(Duration.ofMillis(20))
                      .registryTimeout(Duration.ofSeconds(1))
                      .rollouts(gate)
                  ::start)) {
        rollout.start(plus.v2, plan, ana);
        await(() -> answers(plus, deployment).size() == 2);
        judges.set(true);
        await(() -> judged.get() == 1);
        signal("-STOP");
        try {
          stopped.countDown();
          await(() -> deployment.status().outage().isPresent());
          assertThat(answers(plus, deployment)).containsExactlyInAnyOrder(1, 2);
        } finally {
          signal("-CONT");
        }
        await(() -> rollout.status().orElseThrow().state() == State.PROMOTED);
        await(() -> answers(plus, deployment).equals(Set.of(2)));
      } finally {
        stopped.countDown();
      }
      assertThat(plus.registry.history(rollout.alias()).stream().map(rollout::statusAt))
          .extracting(RolloutStatus::step)
          .containsExactly(1, 2, 2, 2);
      assertThat(plus.registry.history(CHAMPION)).hasSize(2);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("60 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static Set<Integer> answers(DeploymentFixture plus, Deployment deployment) {
    Set<Integer> versions = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      try (FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build();
          Prediction answer = deployment.predict(batch)) {
        int version = answer.servedBy().version().orElseThrow().number();
        assertThat(answer.floats("y")[0]).isEqualTo(version);
        versions.add(version);
      }
    }
    return versions;
  }

  @Test
  void aRegistryGivesUpAStatementAfterItsTimeLimit() throws Exception {
    Properties properties = new Properties();
    properties.put("user", "postgres");
    properties.put("loginTimeout", "2");
    String url = server.getJdbcUrl("postgres", "postgres");
    try (ModelRegistry registry =
        patiently(
            JdbcModelRegistry.builder(url, properties).statementTimeout(Duration.ofSeconds(1))
                ::open)) {
      assertThat(patiently(registry::models)).isEmpty();
      try {
        signal("-STOP");
        prompt(() -> assertThatThrownBy(registry::models).isInstanceOf(RegistryException.class));
      } finally {
        signal("-CONT");
      }
      assertThat(patiently(registry::models)).isEmpty();
    }
  }
}
