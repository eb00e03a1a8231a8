package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that follow aliases. Each version adds its number to {@code x}. */
class CompositionDeploymentTest {
  @TempDir private Path folder;
  private final CompositionFixture fixture = new CompositionFixture();
  private ModelRegistry registry;
  private final List<ModelVersion> versions = new ArrayList<>();
  private Deployment left;
  private Deployment right;

  record X(float x) {}

  record Y(float y, ServedBy by) {}

  @BeforeEach
  void publish() {
    registry = FileModelRegistry.open(folder.resolve("registry"));
    for (int number = 1; number <= 3; number++) {
      versions.add(publish("deployment/plus" + number));
    }
    assign("left", 1);
    assign("right", 2);
    left = follow("left").start();
    right = follow("right").allowSignatureChange().start();
  }

  @AfterEach
  void nothingIsLeft() {
    left.close();
    right.close();
    registry.close();
    fixture.close();
  }

  private ModelVersion publish(String file) {
    return registry.publish(ModelCard.builder("plus").build(), CompositionFixture.file(file));
  }

  private void assign(String alias, int number) {
    assign(alias, versions.get(number - 1));
  }

  private void assign(String alias, ModelVersion version) {
    registry.assign("plus@" + alias, version, Change.by("ana").because("test"));
  }

  private Deployment.Builder follow(String alias) {
    return fixture
        .runtime
        .deployment("plus@" + alias)
        .from(registry)
        .actor("service")
        .every(Duration.ofDays(1));
  }

  /** y = x + the mean of the versions' numbers */
  private Composition mean() {
    return fixture
        .runtime
        .composition("mean")
        .member("left", left)
        .member("right", right)
        .average("y");
  }

  private static double meanOf(ServedBy by) {
    assertThat(by.members()).hasSize(2);
    return by.members().stream()
        .mapToInt(member -> member.version().orElseThrow().number())
        .average()
        .orElseThrow();
  }

  @Test
  void membersAreNamedWithVersionAndAlias() {
    try (Composition mean = mean();
        FeatureBatch batch = fixture.batch().floats("x", 0).build();
        Prediction answer = mean.predict(batch)) {
      assertThat(answer.floats("y")).containsExactly(1.5f);
      assertThat(answer.servedBy().members().get(0)).isSameAs(left.servedBy());
      assertThat(answer.servedBy().members().get(1).alias().orElseThrow().alias())
          .isEqualTo("right");
      assertThat(mean.members().get("left")).isSameAs(left);
      assertThat(((Deployment) mean.members().get("left")).status().serving())
          .isSameAs(left.servedBy());
    }
  }

  @Test
  void aSwapOfAMemberChangesTheNameOfTheWhole() {
    try (Composition mean = mean()) {
      ServedBy before = mean.servedBy();
      assertThat(mean.servedBy()).isSameAs(before);
      assign("left", 3);
      left.refresh();
      ServedBy after = mean.servedBy();
      assertThat(after).isNotEqualTo(before);
      assertThat(after.digest()).isNotEqualTo(before.digest());
      assertThat(mean.rows(X.class, Y.class).predict(new X(0)).y()).isEqualTo(2.5f);
      assign("left", 1);
      left.refresh();
      assertThat(mean.servedBy().digest()).isEqualTo(before.digest());
    }
  }

  @Test
  void callsDuringSwapsAreAnsweredByTheVersionsTheyName() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger calls = new AtomicInteger();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    try (Composition mean = mean()) {
      RowModel<X, Y> rows = mean.rows(X.class, Y.class);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        boolean records = t == 0;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 1_000_000 && !over.get(); i++) {
                      if (records) {
                        Y answer = rows.predict(new X(i % 100));
                        assertThat(answer.y() - i % 100).isEqualTo((float) meanOf(answer.by()));
                      } else {
                        ask(mean, i % 100);
                      }
                      calls.incrementAndGet();
                    }
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (int swap = 0; swap < 30; swap++) {
        assign("left", 1 + swap % 3);
        left.refresh();
        assign("right", 1 + (swap + 1) % 2);
        right.refresh();
      }
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(calls.get()).isPositive();
    }
  }

  private void ask(Composition mean, float x) {
    try (FeatureBatch batch = fixture.batch().floats("x", x, x + 1).build();
        Prediction answer = mean.predict(batch)) {
      float expected = (float) meanOf(answer.servedBy());
      assertThat(answer.floats("y")).containsExactly(x + expected, x + 1 + expected);
    }
  }

  @Test
  void aVersionWithOtherOutputsFailsTheCallsUntilItIsReplaced() {
    try (Composition mean = mean();
        FeatureBatch batch = fixture.batch().floats("x", 0).build()) {
      assign("right", publish("deployment/renamed"));
      right.refresh();
      assertThatThrownBy(() -> mean.predict(batch))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("composition mean, member right: output: found no \"y\"");
      assign("right", publish("deployment/other_input"));
      right.refresh();
      assertThatThrownBy(() -> mean.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("w: found no such column among [x]")
          .hasMessageContaining("(composition mean, member right)");
      assign("right", 3);
      right.refresh();
      try (Prediction answer = mean.predict(batch)) {
        assertThat(answer.floats("y")).containsExactly(2);
      }
    }
  }

  /** Outputs that were not there when the composition was built do not replace columns. */
  @Test
  void aVersionWithMoreOutputsChangesNothing() {
    try (Composition sum =
        fixture
            .runtime
            .composition("sum")
            .member("right", right)
            .member("one", fixture.plus(1, "y"))
            .sequence()) {
      RowModel<X, Y> rows = sum.rows(X.class, Y.class);
      assertThat(rows.predict(new X(0)).y()).isEqualTo(3);
      assign("right", publish("deployment/more"));
      right.refresh();
      assertThat(rows.predict(new X(0)).y()).isEqualTo(5);
    }
  }

  @Test
  void routeAndKeyReachTheMembers() {
    assign("next", 3);
    try (Deployment tried = follow("left").canary("plus@next", 0).start();
        Composition mean =
            fixture
                .runtime
                .composition("mean")
                .member("left", tried)
                .member("right", right)
                .average("y");
        FeatureBatch batch = fixture.batch().floats("x", 0).build()) {
      try (Prediction answer = mean.predict(batch)) {
        assertThat(answer.floats("y")).containsExactly(1.5f);
      }
      CallOptions canary = CallOptions.withDefaults().withRoute(Route.CANARY);
      try (Prediction answer = mean.predict(batch, canary)) {
        assertThat(answer.floats("y")).containsExactly(2.5f);
        assertThat(meanOf(answer.servedBy())).isEqualTo(2.5);
      }
      try (Prediction answer = mean.predict(batch, canary);
          Prediction again = mean.predict(batch, canary)) {
        assertThat(again.servedBy()).isSameAs(answer.servedBy());
      }
    }
  }

  /** The default prediction of a member is 0.5 where its version fails. */
  @Test
  void theFallbackOfAMemberIsOneOfTheWhole() {
    assign("picky", publish("deployment/picky4"));
    List<Route> routes = new ArrayList<>();
    try (Deployment picky = follow("picky").fallbackTo(Map.of("y", 0.5)).start();
        Composition mean =
            fixture
                .runtime
                .composition("mean")
                .member("picky", picky)
                .member("right", right)
                .listener(event -> routes.add(event.route()))
                .average("y")) {
      RowModel<X, Y> rows = mean.rows(X.class, Y.class);
      Y sound = rows.predict(new X(1));
      assertThat(sound.y()).isEqualTo((5 + 3) / 2f);
      assertThat(sound.by().fallback()).isEmpty();
      Y fallen = rows.predict(new X(-1));
      assertThat(fallen.y()).isEqualTo((0.5f + 1) / 2);
      assertThat(fallen.by().fallback()).isEqualTo(fallen.by().members().get(0).fallback());
      assertThat(fallen.by().fallback()).isPresent();
      assertThat(routes).containsExactly(Route.PRIMARY, Route.FALLBACK);
    }
  }

  @Test
  void anOpenCircuitKeepsItsException() {
    assign("picky", publish("deployment/picky4"));
    CircuitBreaker early =
        CircuitBreaker.withDefaults().withMinimumCalls(2).withPause(Duration.ofHours(1));
    try (Deployment picky = follow("picky").circuitBreaker(early).start();
        Composition mean =
            fixture
                .runtime
                .composition("mean")
                .member("picky", picky)
                .member("right", right)
                .average("y")) {
      RowModel<X, Y> rows = mean.rows(X.class, Y.class);
      Throwable last = null;
      for (int i = 0; i < 100 && !(last instanceof CircuitOpenException); i++) {
        last = catchThrowable(() -> rows.predict(new X(-1)));
      }
      assertThat(last)
          .isInstanceOfSatisfying(
              CircuitOpenException.class, e -> assertThat(e.nextTrial()).isAfter(Instant.EPOCH))
          .hasMessageStartingWith("composition mean, member picky: ");
    }
  }
}
