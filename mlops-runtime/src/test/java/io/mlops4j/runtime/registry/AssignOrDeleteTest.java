package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An assignment and a deletion of the same version at the same moment: one of them is refused. */
class AssignOrDeleteTest {
  private static final Change ANA = Change.by("ana");

  @TempDir Path temp;

  private static ModelRegistry open(Path folder) {
    return FileModelRegistry.open(
        folder,
        RegistryOptions.withDefaults().retention(Retention.withDefaults().floor(Duration.ZERO)));
  }

  private static boolean done(Future<?> change) throws Exception {
    try {
      change.get(1, TimeUnit.MINUTES);
      return true;
    } catch (java.util.concurrent.ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(RegistryException.class);
      return false;
    }
  }

  @Test
  void neverAreBothStored() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (ModelRegistry here = open(temp.resolve("registry"));
        ModelRegistry there = open(temp.resolve("registry"))) {
      for (int trial = 0; trial < 40; trial++) {
        ModelVersion version = here.publish(Models.card("m" + trial), Models.mlp4(temp));
        String alias = version.name() + "@champion";
        CyclicBarrier start = new CyclicBarrier(2);
        Callable<Object> assign =
            () -> {
              start.await();
              return here.assign(alias, version, ANA);
            };
        Callable<Object> delete =
            () -> {
              start.await();
              return there.delete(version, ANA);
            };
        Future<Object> assigned = two.submit(assign);
        Future<Object> deleted = two.submit(delete);
        boolean isAssigned = done(assigned);
        assertThat(isAssigned).as("trial " + trial).isNotEqualTo(done(deleted));
        assertThat(here.status(version).state())
            .isEqualTo(isAssigned ? VersionState.ACTIVE : VersionState.DELETED);
        assertThat(here.head(alias).isPresent()).isEqualTo(isAssigned);
      }
    } finally {
      two.shutdownNow();
    }
  }

  /** As of a process that was stopped in the middle of a change. */
  @Test
  void aLockThatIsNotReleasedEndsInAnErrorThatNamesIt() throws IOException {
    Path locks = Files.createDirectories(temp.resolve(".locks"));
    ModelLocks impatient = new ModelLocks(locks, Duration.ofMillis(20));
    try (FileChannel other =
            FileChannel.open(
                locks.resolve("fraud"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = other.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThatThrownBy(() -> impatient.holding("fraud", () -> "done", e -> fail(e)))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining(locks.resolve("fraud").toString())
          .hasMessageContaining("nothing was stored");
      assertThat(impatient.<String>holding("other", () -> "done", e -> fail(e))).isEqualTo("done");
    }
    assertThat(
            impatient.<String>holding(
                "fraud",
                () -> impatient.holding("fraud", () -> "twice", e -> fail(e)),
                e -> fail(e)))
        .isEqualTo("twice");
  }

  private static RegistryException fail(IOException e) {
    throw new AssertionError(e);
  }

  @Test
  void anInterruptedAssignmentSaysThatNothingWasStored() throws IOException {
    try (ModelRegistry registry = open(temp.resolve("registry"))) {
      ModelVersion version = registry.publish(Models.card("fraud"), Models.mlp4(temp));
      try {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> registry.assign("fraud@champion", version, ANA))
            .isInstanceOf(RegistryException.class)
            .hasMessageContaining("interrupted")
            .hasMessageContaining("nothing was stored")
            .hasMessageNotContaining("permissions");
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(registry.head("fraud@champion")).isEmpty();
      registry.assign("fraud@champion", version, ANA);
    }
  }
}
