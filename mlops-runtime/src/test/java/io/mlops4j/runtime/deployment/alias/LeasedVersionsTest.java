package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHALLENGER;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a process serves, no other process deletes, though no alias names it. */
class LeasedVersionsTest {
  private static final Change BOB = Change.by("bob");

  /** Nothing keeps a version here but an alias that names it now, and leases. */
  private static final RegistryOptions LAX =
      RegistryOptions.builder()
          .retention(
              Retention.withDefaults()
                  .withFloor(Duration.ZERO)
                  .withGrace(Duration.ZERO)
                  .withNewest(1))
          .build();

  enum Kind {
    FOLDER,
    H2
  }

  @TempDir private Path folder;
  private final String database = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
  private DeploymentFixture plus;
  private ModelRegistry other;

  private void start(Kind kind) {
    plus = new DeploymentFixture(open(kind));
    other = open(kind);
  }

  private ModelRegistry open(Kind kind) {
    if (kind == Kind.FOLDER) {
      return FileModelRegistry.open(folder.resolve("registry"), LAX);
    }
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(database);
    return JdbcModelRegistry.builder(source).options(LAX).open();
  }

  @AfterEach
  void nothingIsLeft() {
    other.close();
    plus.close();
  }

  private void assertLeased(ModelVersion version, String by) {
    assertThat(other.collectable().deleted()).doesNotContain(version);
    assertThatThrownBy(() -> other.delete(version, BOB))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("leased by " + by)
        .hasMessageContaining(" in process " + ProcessHandle.current().pid());
  }

  private void assertFree(ModelVersion version) {
    Collected free = other.collectable();
    assertThat(free.deleted()).contains(version);
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aModelThatWasLoadedByItsNumberIsKeptUntilItIsClosed(Kind kind) {
    start(kind);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      assertFree(plus.v1);
      Model model = runtime.load(plus.registry, "plus:1");
      assertLeased(plus.v1, "a model loaded as plus:1");
      Model again = runtime.load(plus.registry, "plus:1");
      model.close();
      model.close();
      assertLeased(plus.v1, "a model loaded as plus:1");
      again.close();
      assertFree(plus.v1);
      runtime.load(plus.registry, "plus:2", LoadOptions.builder().warmedUp().build()).close();
      assertFree(plus.v2);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aVersionThatWasSwappedOutIsKeptUntilItsLastCallHasEnded(Kind kind) throws Exception {
    start(kind);
    plus.assign(CHAMPION, plus.v1);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    try (Deployment deployment = plus.champion().start();
        FeatureBatch batch = FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
      assertLeased(plus.v1, "service, which serves plus@champion");
      CompletableFuture<Float> call =
          deployment.predictAsync(
              batch,
              CallOptions.withDefaults(),
              prediction -> {
                asked.countDown();
                uninterruptibly(answer);
                return prediction.floats("y")[0];
              });
      asked.await();
      plus.assign(CHAMPION, plus.v2);
      deployment.refresh();
      assertLeased(plus.v1, "service, which serves plus@champion");
      answer.countDown();
      assertThat(call.get()).isEqualTo(1);
      Waits.until( // the thread that drains has been told, and closes it now
          "version 1 is not leased", () -> other.collectable().deleted().contains(plus.v1));
    }
    assertFree(plus.v1);
  }

  @Test
  void anotherRecordOfTheSameVersionKeepsItsLease() {
    start(Kind.FOLDER);
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment = plus.champion().start()) {
      AliasRecord second = plus.assign(CHAMPION, plus.v1);
      assertThat(deployment.refresh().serving().alias()).hasValue(second);
      plus.assign(CHAMPION, plus.v2); // which this deployment has not seen
      assertLeased(plus.v1, "service, which serves plus@champion");
    }
    assertFree(plus.v1);
  }

  @Test
  void aChallengerIsKeptToo() {
    start(Kind.FOLDER);
    plus.assign(CHAMPION, plus.v2);
    plus.assign(CHALLENGER, plus.v1);
    try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
      plus.assign(CHALLENGER, plus.v2);
      assertLeased(plus.v1, "service, which asks plus@challenger beside plus@champion");
      assertThat(deployment.shadow()).isPresent();
    }
    assertFree(plus.v1);
  }

  @Test
  void whatIsRefusedIsNotKept() {
    start(Kind.FOLDER);
    ModelVersion wrong = plus.publish("plus1", card().goldenRows(golden(7)).build());
    plus.publish("plus2", card().owner("ana").build());
    plus.assign(CHAMPION, plus.v1);
    try (Deployment deployment = plus.champion().start()) {
      plus.assign(CHAMPION, wrong);
      assertThat(deployment.refresh().refused()).isPresent();
      plus.assign(CHAMPION, plus.v1);
      assertFree(wrong);
    }
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open()) {
      LoadOptions unfit = LoadOptions.builder().features(FeatureSchema.ofNames("a", "b")).build();
      assertThatThrownBy(() -> runtime.load(plus.registry, "plus:2", unfit))
          .isInstanceOf(ModelLoadException.class);
      assertFree(plus.v2);
    }
  }

  @Test
  void aRuntimeThatIsClosedKeepsNothing() {
    start(Kind.FOLDER);
    ModelRuntime runtime = ModelRuntime.open();
    Model model = runtime.load(plus.registry, "plus:1");
    assertLeased(plus.v1, "a model loaded as plus:1");
    runtime.close();
    model.close();
    assertFree(plus.v1);
  }

  @Test
  void aRegistryThatIsClosedFirstEndsTheLeaseAndNotTheModel() {
    start(Kind.H2);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(plus.registry, "plus:1");
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", 1).build()) {
      plus.registry.close();
      assertFree(plus.v1);
      try (var answer = model.predict(batch)) {
        assertThat(answer.floats("y")).containsExactly(2);
      }
    }
  }

  @Test
  void anInterruptedThreadLeasesAsAnyOther() {
    start(Kind.FOLDER);
    try (ModelRuntime runtime = ModelRuntime.builder().strict().keepLoaded(1 << 20).open()) {
      runtime.load(plus.registry, "plus:1").close();
      Thread.currentThread().interrupt(); // what is still loaded needs no reading, which would end
      Model model = runtime.load(plus.registry, "plus:1");
      assertThat(Thread.interrupted()).isTrue();
      assertLeased(plus.v1, "a model loaded as plus:1");
      model.close();
    }
  }

  @Test
  void aRegistryThatCannotBeWrittenIsServedFrom() throws IOException {
    start(Kind.FOLDER);
    plus.assign(CHAMPION, plus.v2);
    Path leases = folder.resolve("registry/models/plus/leases");
    Files.writeString(leases, "in the way, also of root");
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(plus.registry, "plus:1");
        Deployment deployment = runtime.deployment(CHAMPION).from(plus.registry).start()) {
      assertThat(model.servedBy().version()).hasValue(plus.v1);
      assertThat(deployment.servedBy().version()).hasValue(plus.v2);
      assertFree(plus.v1);
    }
    assertThat(leases).hasContent("in the way, also of root");
  }
}
