package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.TestPool;
import io.mlops4j.fixture.Waits;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.registry.DatabaseUnderTest;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.registry.folder.LastGoodFolder;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.trust.ModelSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restart while the database is away. */
class LastGoodTest {
  /** Only an alias that points to a version now, and leases, protect it. */
  private static final Retention ONLY_LEASES =
      Retention.withDefaults().withFloor(Duration.ZERO).withGrace(Duration.ZERO).withNewest(1);

  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private final DatabaseUnderTest database = DatabaseUnderTest.h2();
  private TestPool pool;
  private DeploymentFixture plus;

  @BeforeEach
  void publishThreeVersions() throws Exception {
    pool = database.pool;
    plus =
        new DeploymentFixture(
            JdbcModelRegistry.builder(pool)
                .options(RegistryOptions.builder().retention(ONLY_LEASES).build())
                .open());
    plus.assign(CHAMPION, plus.v1);
    plus.assign(CHAMPION, plus.v2);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    pool.away(false);
    plus.close();
    database.checkAndClose();
  }

  private Deployment start(ModelRegistry registry) {
    return start(plus.loader, registry);
  }

  private Deployment start(DefaultModelLoader loader, ModelRegistry registry) {
    DeploymentBuilder builder = new DeploymentBuilder(loader, CHAMPION, time);
    builder.timer = time;
    return builder
        .from(registry)
        .every(Duration.ofDays(1))
        .lastGoodIn(folder.resolve("last-good"))
        .start();
  }

  private static void await(BooleanSupplier condition) {
    Waits.until("the copy is in the expected state", condition);
  }

  private static void awaitCopy(Deployment deployment) {
    await(
        () -> {
          DeploymentStatus.LastGood copy = deployment.status().lastGood().orElseThrow();
          assertThat(copy.problem()).isEmpty();
          return copy.kept().equals(deployment.servedBy().version());
        });
  }

  private void serveAndCopy() throws Exception {
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
    }
  }

  private List<Path> copies() throws Exception {
    try (Stream<Path> all = Files.walk(folder.resolve("last-good"))) {
      return all.filter(path -> path.toString().endsWith(".onnx")).toList();
    }
  }

  @Test
  void aRestartServesTheLastGoodVersionAndThenFollowsAgain() throws Exception {
    serveAndCopy();
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.servedBy().version()).contains(plus.v2);
      assertThat(deployment.servedBy().alias().orElseThrow().number()).isEqualTo(2);
      assertThat(deployment.status().lastGood().orElseThrow().serving()).isTrue();
      assertThat(deployment.status().outage()).isPresent();

      pool.away(false);
      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();

      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
      assertThat(deployment.status().lastGood().orElseThrow().serving()).isFalse();
      assertThat(deployment.status().outage()).isEmpty();
      awaitCopy(deployment);
    }
  }

  @Test
  void aRestartServesWhileAFolderIsNotMounted() throws Exception {
    Path mounted = folder.resolve("files/registry");
    Path away = folder.resolve("away");
    try (DeploymentFixture files = new DeploymentFixture(folder.resolve("files"))) {
      files.assign(CHAMPION, files.v1);
      try (Deployment deployment = start(files.registry)) {
        awaitCopy(deployment);
      }
      Files.move(mounted, away);
      Files.createDirectory(mounted); // where a disk is mounted is a folder
      try (ModelRegistry later = FileModelRegistry.openLater(mounted, RegistryOptions.defaults());
          Deployment deployment = start(later)) {
        assertThat(files.ask(deployment, 0)).isEqualTo(1);
        assertThat(deployment.status().outage().orElseThrow().reason())
            .contains("found no registry, but an empty folder");
        assertThat(mounted).isEmptyDirectory();
        Files.delete(mounted);
        Files.move(away, mounted);
        files.assign(CHAMPION, files.v2);
        deployment.refresh();
        assertThat(files.ask(deployment, 0)).isEqualTo(2);
        assertThat(deployment.status().outage()).isEmpty();
        awaitCopy(deployment);
      }
    }
  }

  @Test
  void theSameVersionIsLeasedInTheRegistryWhenItCanBeUsedAgain() throws Exception {
    serveAndCopy();
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      pool.away(false);
      deployment.refresh();

      assertThat(deployment.servedBy().version()).contains(plus.v2);
      assertThat(deployment.status().lastGood().orElseThrow().serving()).isFalse();
      plus.assign(CHAMPION, plus.v3); // the deployment does not look yet
      assertThatThrownBy(() -> plus.registry.delete(plus.v2, Change.by("ana").because("test")))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("leased by deployment");
    }
  }

  @Test
  void aVersionThatWasRefusedIsNotTheLastGoodOne() throws Exception {
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      plus.assign(
          CHAMPION,
          plus.publish(
              "plus3", DeploymentFixture.card().goldenRows(DeploymentFixture.golden(7)).build()));
      assertThat(deployment.refresh().refused()).isPresent();
    }
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  @Test
  void withoutACopyTheReasonIsTheRegistrys() throws Exception {
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater()) {
      assertThatThrownBy(() -> start(later))
          .isInstanceOf(RegistryException.class)
          .hasStackTraceContaining("nobody listens there");
    }
  }

  @Test
  void aDamagedCopyDoesNotServe() throws Exception {
    serveAndCopy();
    for (Path model : copies()) {
      byte[] bytes = Files.readAllBytes(model);
      bytes[bytes.length / 2] ^= 1;
      Files.write(model, bytes);
    }
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater()) {
      assertThatThrownBy(() -> start(later))
          .isInstanceOf(RegistryException.class)
          .satisfies(e -> assertThat(e.getSuppressed()[0]).isInstanceOf(IntegrityException.class));
    }
  }

  /** Otherwise the damage is found when the copy is needed. */
  @ParameterizedTest
  @ValueSource(strings = {"plus2.onnx", "manifest.json", "card.json", "layout.json", "current"})
  void aDamagedCopyIsMadeAgainWhileTheRegistryIsThere(String file) throws Exception {
    serveAndCopy();
    try (Stream<Path> all = Files.walk(folder.resolve("last-good"))) {
      Path damaged = all.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
      byte[] zeros = new byte[(int) Files.size(damaged)];
      Files.delete(damaged); // published files are read-only
      Files.write(damaged, zeros);
    }
    serveAndCopy();
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  @Test
  void aCopyHasItsSignaturesWhichAreCheckedAgain() throws Exception {
    ModelSigner signer = DeploymentFixture.signer();
    signer.sign(plus.registry, plus.v2);
    try (DefaultModelLoader trusting = DeploymentFixture.trusting(signer);
        DefaultModelLoader distrusting = DeploymentFixture.trusting(DeploymentFixture.signer())) {
      try (Deployment deployment = start(trusting, plus.registry)) {
        awaitCopy(deployment);
      }
      pool.away(true);
      try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
          Deployment deployment = start(trusting, later)) {
        assertThat(deployment.servedBy().version()).contains(plus.v2);
        assertThat(deployment.status().lastGood().orElseThrow().serving()).isTrue();
      }
      try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater()) {
        assertThatThrownBy(() -> start(distrusting, later))
            .isInstanceOf(RegistryException.class)
            .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("signature"));
      }
    }
  }

  @Test
  void atMostTwoVersionsAreKept() throws Exception {
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      for (int i = 0; i < 3; i++) {
        plus.assign(CHAMPION, i % 2 == 0 ? plus.v3 : plus.v1);
        deployment.refresh();
        awaitCopy(deployment);
      }
    }
    assertThat(copies()).hasSize(2);
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefusedAtTheStart() throws Exception {
    Files.writeString(folder.resolve("last-good"), "a file");

    assertThatThrownBy(() -> start(plus.registry))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("lastGoodIn");
  }

  @Test
  void aCopyThatFailsIsShownAndTriedAgain() throws Exception {
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      Path place = folder.resolve("last-good").resolve(CHAMPION);
      Path staging = place.resolve("staging");
      Files.delete(staging);
      Files.writeString(staging, "a file where a folder was");

      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();
      await(() -> deployment.status().lastGood().orElseThrow().problem().isPresent());
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);

      Files.delete(staging);
      time.advance(Duration.ofSeconds(1)); // soon: a restart may need the copy
      ((AliasDeployment) deployment).tick();
      await(() -> deployment.status().lastGood().orElseThrow().problem().isEmpty());
      awaitCopy(deployment);
    }
  }

  @Test
  void aCopyThatVanishesIsMadeAgain() throws Exception {
    Path place = folder.resolve("last-good");
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      Files.move(place, folder.resolve("away"));
      await(
          () -> {
            ((AliasDeployment) deployment).tick();
            return Files.exists(place.resolve(CHAMPION).resolve("current"));
          });
    }
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  /** The failure of an old copy came later than the version that a restart needs. */
  @Test
  void aCopyThatFailsLateDelaysNoNewerVersion() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    AtomicInteger reads = new AtomicInteger();
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      pool.intercept(sql -> failLate(sql, reads, hangs));
      plus.assign(CHAMPION, plus.v1);
      deployment.refresh();
      await(() -> reads.get() == 2);
      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
      hangs.countDown();
      await(() -> deployment.status().lastGood().orElseThrow().kept().equals(Optional.of(plus.v3)));
      assertThat(time.instant()).as("no time went by").isEqualTo(Instant.EPOCH);
    } finally {
      hangs.countDown();
    }
  }

  /** The first read of bytes loads the version, and the second one copies it. */
  private static void failLate(String sql, AtomicInteger reads, CountDownLatch hangs)
      throws SQLException {
    if (sql.startsWith("SELECT bytes") && reads.incrementAndGet() == 2) {
      try {
        hangs.await();
      } catch (InterruptedException e) {
        throw new SQLException(e);
      }
      throw new SQLException("the connection was lost", "08006");
    }
  }

  @Test
  void aRestartNeedsNoDiskThatCanBeWrittenIfThereIsACopy() throws Exception {
    serveAndCopy();
    Path staging = folder.resolve("last-good").resolve(CHAMPION).resolve("staging");
    Files.delete(staging);
    Files.writeString(staging, "in the way, also of root");
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
    pool.away(false);
    plus.assign(CHAMPION, plus.v3);
    try (Deployment deployment = start(plus.registry)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
      await(() -> deployment.status().lastGood().orElseThrow().problem().isPresent());
    }
  }

  /**
   * Records that point to other versions made a copy useless to which they were added one by one.
   */
  @Test
  void aCopyThatWasInterruptedStillServes() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (Deployment deployment = start(plus.registry)) {
      awaitCopy(deployment);
      plus.assign(CHAMPION, plus.v3);
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      pool.intercept(sql -> failAfter(4, sql, reads));
      deployment.refresh();
      assertThat(deployment.servedBy().alias().orElseThrow().number()).isEqualTo(5);
    }
    pool.intercept(sql -> {});
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  private static void failAfter(int most, String sql, AtomicInteger reads) throws SQLException {
    if (sql.startsWith("SELECT document") && reads.incrementAndGet() > most) {
      throw new SQLException("the connection was lost", "08006");
    }
  }

  @Test
  void aCopyHasOneRecordHoweverManyTheAliasHas() throws Exception {
    for (int i = 0; i < 20; i++) {
      plus.assign(CHAMPION, i % 2 == 0 ? plus.v1 : plus.v2);
    }
    serveAndCopy();
    try (Stream<Path> all = Files.walk(folder.resolve("last-good"))) {
      assertThat(all.filter(path -> path.getParent().endsWith("aliases/champion")))
          .singleElement()
          .asString()
          .endsWith("000022.json");
    }
    pool.away(true);
    try (ModelRegistry later = JdbcModelRegistry.builder(pool).openLater();
        Deployment deployment = start(later)) {
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.servedBy().alias().orElseThrow().number()).isEqualTo(22);
    }
  }

  @Test
  void aProcessThatLagsKeepsNoOlderRecord() {
    AliasRecord older = plus.assign(CHAMPION, plus.v1);
    AliasRecord other = plus.assign(CHAMPION, plus.v2);
    AliasRecord newest = plus.assign(CHAMPION, plus.v1);
    LastGoodFolder copy = LastGoodFolder.open(folder.resolve("last-good"), CHAMPION, plus.registry);
    copy.keep(newest);
    copy.keep(older); // of the same version
    copy.keep(other);
    try (ModelRegistry kept = copy.newest().orElseThrow()) {
      assertThat(kept.head(CHAMPION)).contains(newest);
      assertThat(kept.versions("plus")).containsExactly(plus.v1);
    }
  }
}
