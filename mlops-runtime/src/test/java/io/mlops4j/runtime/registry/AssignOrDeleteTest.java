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
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.folder.FolderStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Changes that exclude each other, at the same moment: an assignment and a deletion of the same
 * version, or a retirement of its model. One of them is refused.
 */
class AssignOrDeleteTest {
  private static final Change ANA = Change.by("ana");

  @TempDir Path temp;

  private static ModelRegistry open(Path folder) {
    return FileModelRegistry.open(
        folder,
        RegistryOptions.builder()
            .retention(Retention.withDefaults().withFloor(Duration.ZERO))
            .build());
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

  /** What two registries of one folder did at the same moment. */
  private record Outcome(boolean first, boolean second) {}

  private static Outcome together(ExecutorService two, Callable<?> first, Callable<?> second)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    Future<?> one = two.submit(atOnce(start, first));
    Future<?> other = two.submit(atOnce(start, second));
    boolean isFirst = done(one);
    return new Outcome(isFirst, done(other));
  }

  private static Callable<Object> atOnce(CyclicBarrier start, Callable<?> change) {
    return () -> {
      start.await();
      return change.call();
    };
  }

  @Test
  void neverAreBothStored() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (ModelRegistry here = open(temp.resolve("registry"));
        ModelRegistry there = open(temp.resolve("registry"))) {
      for (int trial = 0; trial < 40; trial++) {
        ModelVersion version = here.publish(Models.card("m" + trial), Models.mlp4(temp));
        String alias = version.name() + "@champion";
        Outcome outcome =
            together(two, () -> here.assign(alias, version, ANA), () -> there.delete(version, ANA));
        assertThat(outcome.first()).as("trial " + trial).isNotEqualTo(outcome.second());
        assertThat(here.status(version).state())
            .isEqualTo(outcome.first() ? VersionState.ACTIVE : VersionState.DELETED);
        assertThat(here.head(alias).isPresent()).isEqualTo(outcome.first());
      }
    } finally {
      two.shutdownNow();
    }
  }

  @Test
  void aRetirementAndAnAssignmentAreNeverBothStored() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (ModelRegistry here = open(temp.resolve("registry"));
        ModelRegistry there = open(temp.resolve("registry"))) {
      for (int trial = 0; trial < 40; trial++) {
        String model = "m" + trial;
        ModelVersion version = here.publish(Models.card(model), Models.mlp4(temp));
        String alias = model + "@champion";
        Outcome outcome =
            together(two, () -> here.assign(alias, version, ANA), () -> there.retire(model, ANA));
        assertThat(outcome.first()).as("trial " + trial).isNotEqualTo(outcome.second());
        assertThat(here.head(alias).isPresent()).isEqualTo(outcome.first());
        assertThat(there.retirement(model).isPresent()).isEqualTo(outcome.second());
      }
    } finally {
      two.shutdownNow();
    }
  }

  /** Both may be stored, in this order only. */
  @Test
  void aModelIsRetiredAfterItsAliasWasRemovedAndReinstatedBeforeItIsAssigned() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (ModelRegistry here = open(temp.resolve("registry"));
        ModelRegistry there = open(temp.resolve("registry"))) {
      for (int trial = 0; trial < 15; trial++) {
        String model = "m" + trial;
        ModelVersion version = here.publish(Models.card(model), Models.mlp4(temp));
        String alias = model + "@champion";
        here.assign(alias, version, ANA);
        Outcome retired =
            together(two, () -> here.unassign(alias, ANA), () -> there.retire(model, ANA));
        assertThat(retired.first()).as("trial " + trial).isTrue();
        assertThat(here.retirement(model).isPresent()).isEqualTo(retired.second());
        if (!retired.second()) {
          there.retire(model, ANA);
        }
        Outcome assigned =
            together(
                two, () -> here.assign(alias, version, ANA), () -> there.reinstate(model, ANA));
        assertThat(assigned.second()).as("trial " + trial).isTrue();
        assertThat(here.head(alias).orElseThrow().isRemoval()).isEqualTo(!assigned.first());
        assertThat(here.changes(model)).hasSize(2);
      }
      assertThat(here.verify().breaks()).isEmpty();
    } finally {
      two.shutdownNow();
    }
  }

  /** A deletion of one model and a removal of another, which hold different locks. */
  @Test
  void theLayoutIsTheHigherOfTwoThatAreRaisedAtOnce() throws Exception {
    ExecutorService two = Executors.newFixedThreadPool(2);
    try {
      for (int trial = 0; trial < 40; trial++) {
        Path root = temp.resolve("registry-" + trial);
        open(root).close();
        Outcome outcome =
            together(
                two,
                () -> {
                  storage(root).allowDeletions();
                  return "raised to 2";
                },
                () -> {
                  storage(root).allowRemovals();
                  return "raised to 3";
                });
        assertThat(outcome).isEqualTo(new Outcome(true, true));
        assertThat(Json.parse(Disk.read(root.resolve("layout.json"))).get("layout").intValue())
            .as("trial " + trial)
            .isEqualTo(3);
      }
    } finally {
      two.shutdownNow();
    }
  }

  private static FolderStorage storage(Path root) {
    return FolderStorage.open(root, true);
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
