package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.Priority;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.inference.ServedBy.Reason;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.LoadShedding;
import io.mlops4j.runtime.deployment.ProtectionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Circuit breaker, both fallbacks and load shedding at once, under more calls than are admitted.
 */
class ProtectionsTogetherTest {
  /** Makes the run of a picky model fail. */
  private static final float FAILS = -1;

  private static final int CALLERS = 8;
  private static final int CALLS = 400;
  private static final int MOST = 6;

  @TempDir private Path folder;
  private DeploymentFixture plus;
  private ModelVersion picky;
  private ModelVersion pickyBefore;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    pickyBefore = plus.publish("picky5", card().build());
    picky = plus.publish("picky4", card().build());
    plus.assign(CHAMPION, pickyBefore);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private record Answer(float y, ServedBy by) {
    static Answer of(Prediction prediction) {
      return new Answer(prediction.floats("y")[0], prediction.servedBy());
    }
  }

  /** What one caller got. */
  private static final class Got {
    private final Map<Priority, Long> rejected = new EnumMap<>(Priority.class);
    private int own;
    private int previous;
    private int byDefault;

    void answered(float x, Answer answer) {
      ServedBy by = answer.by();
      float y = answer.y();
      int version = by.version().map(ModelVersion::number).orElse(0);
      Reason why = by.fallback().map(ServedBy.Fallback::reason).orElse(null);
      if (why == null) {
        own++;
        assertThat(version).isEqualTo(5);
        assertThat(y).isEqualTo(x + 4); // picky4, published after picky5
      } else if (version == 0) {
        byDefault++;
        assertThat(y).isEqualTo(0.25f);
      } else {
        previous++;
        assertThat(version).isEqualTo(4);
        assertThat(y).isEqualTo(x + 5);
      }
    }
  }

  private Got call(Deployment deployment, Random random, boolean async) {
    Got got = new Got();
    Priority[] all = Priority.values();
    for (int i = 0; i < CALLS; i++) {
      float x = random.nextInt(5) < 3 ? FAILS : random.nextInt(100);
      Priority priority = all[random.nextInt(all.length)];
      CallOptions options = CallOptions.withDefaults().withPriority(priority);
      try (FeatureBatch batch =
          FeatureBatch.builder(plus.loader.allocator()).floats("x", x).build()) {
        if (async) {
          got.answered(x, deployment.predictAsync(batch, options, Answer::of).join());
        } else {
          try (Prediction answer = deployment.predict(batch, options)) {
            got.answered(x, Answer.of(answer));
          }
        }
      } catch (OverloadedException e) {
        got.rejected.merge(priority, 1L, Long::sum);
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(OverloadedException.class);
        got.rejected.merge(priority, 1L, Long::sum);
      }
    }
    return got;
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint that changes no result
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyCallIsAnsweredOrRejectedAndCountedOnce(boolean async) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    DeploymentBuilder builder = new DeploymentBuilder(plus.loader, CHAMPION);
    builder
        .from(plus.registry)
        .every(Duration.ofDays(1))
        .withoutRecentRows()
        .circuitBreaker(
            CircuitBreaker.withDefaults()
                .withMinimumCalls(4)
                .withTrialCalls(1)
                .withPause(Duration.ofMillis(2)))
        .fallbackToPrevious()
        .fallbackTo(Map.of("y", 0.25))
        .shedding(LoadShedding.above(MOST))
        .listener(
            event -> {
              if (event.error() == null) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                for (int i = 0; i < 20; i++) { // so that calls meet
                  Thread.yield();
                }
                inside.decrementAndGet();
              }
            });
    try (Deployment deployment = builder.start()) {
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      AtomicInteger number = new AtomicInteger();
      InParallel.Work<Got> caller =
          () -> call(deployment, new Random(seed + number.incrementAndGet()), async);
      List<Got> got =
          InParallel.call(caller, caller, caller, caller, caller, caller, caller, caller);

      ProtectionStatus status = deployment.status().protection();
      long rejected = 0;
      for (Priority priority : Priority.values()) {
        long sum = got.stream().mapToLong(one -> one.rejected.getOrDefault(priority, 0L)).sum();
        assertThat(status.rejected().getOrDefault(priority, 0L)).as("%s", priority).isEqualTo(sum);
        rejected += sum;
      }
      long previous = got.stream().mapToLong(one -> one.previous).sum();
      long byDefault = got.stream().mapToLong(one -> one.byDefault).sum();
      long own = got.stream().mapToLong(one -> one.own).sum();
      assertThat(own + previous + byDefault + rejected).isEqualTo((long) CALLERS * CALLS);
      assertThat(List.of(own, previous, byDefault, rejected)).allMatch(count -> count > 0);
      assertThat(status.answeredByPrevious()).isEqualTo(previous);
      assertThat(status.answeredByDefault()).isEqualTo(byDefault);
      assertThat(status.breakers().get(0).answered()).isPositive().isLessThanOrEqualTo(own);
      assertThat(status.running()).isZero();
      assertThat(most.get()).isLessThanOrEqualTo(MOST);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void asManyCallersAsTheLimitAreNeverRejected(boolean async) throws Exception {
    DeploymentBuilder builder = new DeploymentBuilder(plus.loader, CHAMPION);
    builder
        .from(plus.registry)
        .every(Duration.ofDays(1))
        .circuitBreaker(CircuitBreaker.withDefaults().withMinimumCalls(4))
        .fallbackTo(Map.of("y", 0.25))
        .shedding(LoadShedding.above(2));
    try (Deployment deployment = builder.start()) {
      plus.assign(CHAMPION, picky);
      deployment.refresh();
      InParallel.Work<Integer> caller =
          () -> {
            CallOptions options = CallOptions.withDefaults().withPriority(Priority.HIGH);
            int answers = 0;
            for (int i = 0; i < 5000; i++) {
              try (FeatureBatch batch =
                  FeatureBatch.builder(plus.loader.allocator()).floats("x", FAILS).build()) {
                Answer answer =
                    async
                        ? deployment.predictAsync(batch, options, Answer::of).join()
                        : answer(deployment, batch, options);
                answers += answer.y() == 0.25f ? 1 : 0;
              }
            }
            return answers;
          };
      assertThat(InParallel.call(caller, caller)).containsExactly(5000, 5000);
      assertThat(deployment.status().protection().rejected().values())
          .allMatch(rejected -> rejected == 0);
    }
  }

  private static Answer answer(Deployment deployment, FeatureBatch batch, CallOptions options) {
    try (Prediction prediction = deployment.predict(batch, options)) {
      return Answer.of(prediction);
    }
  }
}
