package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHALLENGER;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.ShadowStatus;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Sum;
import io.mlops4j.runtime.deployment.alias.DeploymentFixture.Term;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentTest {
  @TempDir private Path folder;
  private DeploymentFixture plus;

  @BeforeEach
  void publishThreeVersions() {
    plus = new DeploymentFixture(folder);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private static void uninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Nested
  class Following {
    @Test
    void servesWhatTheAliasNamesAndSaysSo() {
      AliasRecord record = plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        assertThat(plus.ask(deployment, 10)).isEqualTo(11);
        ServedBy served = deployment.servedBy();
        assertThat(served.version()).hasValue(plus.v1);
        assertThat(served.alias()).hasValue(record);
        assertThat(served.digest()).isEqualTo(plus.v1.digest());
        assertThat(deployment.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
        assertThat(deployment.features().features()).hasSize(1);
        assertThat(deployment.placement().devices()).containsExactly("cpu");
        assertThat(deployment).hasToString("deployment of " + served);
      }
    }

    @Test
    void batchesAndRecordsFollowTheAlias() {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        assertThat(rows.predict(new Term(10)).y()).isEqualTo(11);
        AliasRecord second = plus.assign(CHAMPION, plus.v2);
        assertThat(plus.ask(deployment, 10)).isEqualTo(11);

        DeploymentStatus status = deployment.refresh();

        assertThat(status.serving().alias()).hasValue(second);
        assertThat(status.refused()).isEmpty();
        assertThat(plus.ask(deployment, 10)).isEqualTo(12);
        Sum sum = rows.predict(new Term(10));
        assertThat(sum.y()).isEqualTo(12);
        assertThat(sum.by()).isSameAs(deployment.servedBy());
        assertThat(rows.predict(List.of(new Term(0), new Term(1))))
            .extracting(Sum::y)
            .containsExactly(2f, 3f);
      }
    }

    @Test
    void asynchronousCallsAreAnsweredByWhatServes() throws Exception {
      plus.assign(CHAMPION, plus.v2);
      try (Deployment deployment = plus.champion().start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 5).build()) {
        assertThat(
                deployment
                    .predictAsync(
                        batch, CallOptions.withDefaults(), answer -> answer.floats("y")[0])
                    .get())
            .isEqualTo(7f);
        assertThat(
                deployment
                    .rows(Term.class, Sum.class)
                    .predictAsync(new Term(1), CallOptions.withDefaults())
                    .get()
                    .y())
            .isEqualTo(3f);
      }
    }

    @Test
    void looksAtTheAliasByItself() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch swapped = new CountDownLatch(1);
      try (Deployment deployment =
          plus.champion()
              .every(Duration.ofMillis(5))
              .onChange(status -> swapped.countDown())
              .start()) {
        plus.assign(CHAMPION, plus.v2);
        assertThat(swapped.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      }
    }

    @Test
    void anAliasThatIsAssignedTheSameVersionAgainIsAnotherRecordOfTheSameModel() {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        ServedBy before = deployment.servedBy();
        AliasRecord again =
            plus.registry.assign(CHAMPION, plus.v1, Change.by("bob").because("confirmed"));
        deployment.refresh();
        assertThat(deployment.servedBy()).isNotEqualTo(before);
        assertThat(deployment.servedBy().alias()).hasValue(again);
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
      }
    }

    @Test
    void listenersHearOfAnswersOnlyAndWhoGaveThem() {
      plus.assign(CHAMPION, plus.v1);
      List<String> heard = new ArrayList<>();
      InferenceListener listener =
          event -> heard.add(event.route() + " " + event.servedBy().version().orElseThrow());
      try (Deployment deployment = plus.champion().listener(listener).start()) {
        plus.ask(deployment, 0);
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        plus.ask(deployment, 0);
      }
      assertThat(heard).containsExactly("PRIMARY plus:1", "PRIMARY plus:2");
    }

    @Test
    void everyChangeIsTold() {
      plus.assign(CHAMPION, plus.v1);
      List<DeploymentStatus> told = new ArrayList<>();
      ModelVersion wrong = plus.publish("plus1", card().goldenRows(golden(2)).build());
      try (Deployment deployment =
          plus.champion()
              .onChange(
                  status -> {
                    throw new IllegalStateException("a bad listener");
                  })
              .onChange(told::add)
              .start()) {
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        deployment.refresh();
        plus.assign(CHAMPION, wrong);
        deployment.refresh();
      }
      assertThat(told).hasSize(2);
      assertThat(told.get(0).serving().version()).hasValue(plus.v2);
      assertThat(told.get(0).refused()).isEmpty();
      assertThat(told.get(1).serving().version()).hasValue(plus.v2);
      assertThat(told.get(1).refused().orElseThrow().record().to()).isEqualTo(wrong);
    }

    @Test
    void aListenerThatHangsHoldsUpNeitherSwapsNorCalls() {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch goOn = new CountDownLatch(1);
      List<String> told = new CopyOnWriteArrayList<>();
      try (Deployment deployment =
          plus.champion()
              .onChange(
                  status -> {
                    boolean released = endsWithin30Seconds(goOn);
                    told.add(released + " " + status.serving().version().orElseThrow());
                  })
              .start()) {
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        plus.assign(CHAMPION, plus.v3);
        deployment.refresh();
        assertThat(plus.ask(deployment, 1)).isEqualTo(4);
        assertThat(told).isEmpty();

        goOn.countDown();
        Waits.until("both changes are told", () -> told.size() == 2);
      }
      assertThat(told).containsExactly("true plus:2", "true plus:3");
    }

    private static boolean endsWithin30Seconds(CountDownLatch latch) {
      try {
        return latch.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class Refusing {
    private final Clock ticking =
        new Clock() {
          private Instant now = Instant.EPOCH;

          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            now = now.plusSeconds(1);
            return now;
          }
        };

    private Deployment.Builder ticking() {
      return new DeploymentBuilder(plus.loader, CHAMPION, ticking)
          .from(plus.registry)
          .every(Duration.ofDays(1));
    }

    @Test
    void aVersionThatFailsItsGoldenRowsNeverServes() {
      plus.assign(CHAMPION, plus.v1);
      ModelVersion wrong = plus.publish("plus1", card().goldenRows(golden(2)).build());
      try (Deployment deployment = ticking().start()) {
        AliasRecord record = plus.assign(CHAMPION, wrong);
        DeploymentStatus status = deployment.refresh();

        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        assertThat(status.serving().version()).hasValue(plus.v1);
        DeploymentStatus.Refusal refusal = status.refused().orElseThrow();
        assertThat(refusal.record()).isEqualTo(record);
        assertThat(refusal.reason()).contains("y in row 0: found 1.5, expected 2.5 within 1.0E-6");
        assertThat(status.toString().lines())
            .satisfiesExactly(
                line -> assertThat(line).startsWith("serving " + plus.v1 + ", sha256:"),
                line ->
                    assertThat(line)
                        .startsWith(wrong + " was refused at ")
                        .contains("found 1.5, expected 2.5"));
        assertThat(deployment.refresh()).as("not tried again").isEqualTo(status);

        plus.assign(CHAMPION, plus.v2);
        assertThat(deployment.refresh().refused()).isEmpty();
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      }
    }

    @Test
    void aVersionThatPassesItsGoldenRowsServes() {
      plus.assign(CHAMPION, plus.publish("plus2", card().goldenRows(golden(2)).build()));
      try (Deployment deployment = ticking().start()) {
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      }
    }

    @Test
    void aVersionThatTheHandedOutRecordsDoNotFitNeverServes() {
      plus.assign(CHAMPION, plus.v1);
      ModelVersion renamed = plus.publish("renamed", card().build());
      try (Deployment deployment = ticking().start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        plus.assign(CHAMPION, renamed);
        assertThat(deployment.refresh().refused().orElseThrow().reason()).contains("y");
        assertThat(rows.predict(new Term(0)).y()).isEqualTo(1);
      }
    }

    @Test
    void damagedBytesNeverReachAnEngine() throws IOException {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = ticking().start()) {
        damage(plus.v2);
        plus.assign(CHAMPION, plus.v2);
        DeploymentStatus.Refusal refusal = deployment.refresh().refused().orElseThrow();
        assertThat(refusal.record().to()).isEqualTo(plus.v2);
        assertThat(refusal.reason()).containsIgnoringCase("sha256");
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
      }
      plus.assign(CHAMPION, plus.v2);
      assertThatThrownBy(() -> ticking().start()).isInstanceOf(IntegrityException.class);
    }

    private void damage(ModelVersion version) throws IOException {
      Path file = plus.registry.source(version).main();
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      assertThat(file.toFile().setWritable(true)).isTrue();
      Files.write(file, bytes);
    }

    /**
     * Opening a folder that does not exist creates a registry, so its name must be in the message.
     */
    @Test
    void startNamesARegistryWithoutModelsWhichMayBeMisspelt() {
      Path misspelt = folder.resolve("regsitry");
      try (ModelRegistry empty = FileModelRegistry.open(misspelt)) {
        assertThatThrownBy(() -> ticking().from(empty).start())
            .isInstanceOf(RegistryException.class)
            .hasMessage(
                "plus@champion: found no such alias in "
                    + misspelt
                    + ", a registry without any model, expected one with models; check its path or"
                    + " address, or publish a first model there");
        assertThatThrownBy(() -> empty.resolve("plus"))
            .hasMessageContaining(
                "plus: found no such model in " + misspelt + ", a registry without any model");
      }
    }

    @Test
    void startThrowsWhatIsWrongAndLeavesNothing() {
      plus.assign("plus@other", plus.v1);
      assertThatThrownBy(() -> ticking().start())
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("plus@champion: found no such alias")
          .hasMessageContaining("aliases of plus: other");
      plus.assign(CHAMPION, plus.publish("plus1", card().goldenRows(golden(3)).build()));
      assertThatThrownBy(() -> ticking().start())
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("fails its golden rows");
      assertThat(plus.loader.hostBytes()).isZero();
      assertThat(plus.loader.allocator().getAllocatedMemory()).isZero();
    }

    @Test
    void buildersRefuseWhatCannotBeFollowed() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DeploymentBuilder(plus.loader, "plus:1"))
          .withMessageContaining("with an alias to follow, such as plus@champion");
      assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().shadow("plus"));
      assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().every(Duration.ZERO));
      assertThatIllegalArgumentException().isThrownBy(() -> plus.champion().actor(" "));
      assertThatIllegalArgumentException().isThrownBy(() -> MicroBatching.upTo(0));
      assertThatIllegalStateException()
          .isThrownBy(() -> new DeploymentBuilder(plus.loader, CHAMPION).start())
          .withMessageContaining("from(registry)");
    }
  }

  @Nested
  class RollingBack {
    @Test
    void servesTheVersionBeforeWhenItReturnsAndSignsTheRecord() {
      plus.assign(CHAMPION, plus.v2);
      AliasRecord bad = plus.assign(CHAMPION, plus.v3);
      try (Deployment deployment = plus.champion().start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        AliasRecord record = deployment.rollback(deployment.servedBy(), "alarm 7").orElseThrow();

        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
        assertThat(rows.predict(new Term(0)).y()).isEqualTo(2);
        assertThat(record.from()).isEqualTo(plus.v3);
        assertThat(record.to()).isEqualTo(plus.v2);
        assertThat(record.change()).isEqualTo(new Change("service", "alarm 7"));
        assertThat(record.number()).isEqualTo(bad.number() + 1);
        assertThat(deployment.servedBy().alias()).hasValue(record);
        assertThat(plus.registry.history(CHAMPION)).hasSize(3).endsWith(record);
      }
    }

    @Test
    void aLateOrRepeatedOneDoesNothing() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      plus.assign(CHAMPION, plus.v3);
      try (Deployment deployment = plus.champion().start()) {
        ServedBy bad = deployment.servedBy();
        assertThat(deployment.rollback(bad, "first")).isPresent();
        assertThat(deployment.rollback(bad, "repeated")).isEmpty();
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
        assertThat(plus.registry.history(CHAMPION)).hasSize(4);
      }
    }

    @Test
    void nothingHappensWhenTheAliasHasMovedOnAlready() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      try (Deployment deployment = plus.champion().start()) {
        plus.assign(CHAMPION, plus.v3);
        assertThat(deployment.rollback(deployment.servedBy(), "late")).isEmpty();
        assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v3);
      }
    }

    @Test
    void nothingHappensWhenNothingServedBefore() {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        assertThat(deployment.rollback(deployment.servedBy(), "alarm")).isEmpty();
        ServedBy file = ServedBy.of("plus", plus.v1.digest(), plus.v1, null, "onnxruntime");
        assertThat(deployment.rollback(file, "alarm")).isEmpty();
        assertThat(plus.registry.history(CHAMPION)).hasSize(1);
      }
    }

    @Test
    void aSecondOneGoesFurtherBackAndNeverToTheVersionThatWasLeft() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      plus.assign(CHAMPION, plus.v3);
      try (Deployment deployment = plus.champion().start()) {
        assertThat(deployment.rollback(deployment.servedBy(), "3 is bad")).isPresent();
        assertThat(deployment.rollback(deployment.servedBy(), "2 as well").orElseThrow().to())
            .isEqualTo(plus.v1);
        assertThat(deployment.rollback(deployment.servedBy(), "1 as well")).isEmpty();
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
      }
    }

    @Test
    void ofManyAtOnceExactlyOneMakesARecord() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      try (Deployment one = plus.champion().start();
          Deployment other = plus.champion().start()) {
        List<Optional<AliasRecord>> made =
            InParallel.call(
                () -> one.rollback(one.servedBy(), "a"),
                () -> other.rollback(other.servedBy(), "b"));
        one.refresh();
        other.refresh();
        assertThat(made.stream().filter(Optional::isPresent)).hasSize(1);
        assertThat(plus.registry.history(CHAMPION)).hasSize(3);
        assertThat(plus.ask(one, 0)).isEqualTo(1);
        assertThat(plus.ask(other, 0)).isEqualTo(1);
      }
    }

    @Test
    void mayComeFromWithinACallOfTheVersionThatLeaves() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      List<Deployment> deployed = new ArrayList<>();
      List<Optional<AliasRecord>> made = new ArrayList<>();
      InferenceListener alarm =
          event -> {
            if (made.isEmpty()) {
              made.add(deployed.get(0).rollback(event.servedBy(), "alarm"));
            }
          };
      try (Deployment deployment = plus.champion().listener(alarm).start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
        deployed.add(deployment);
        try (var answer = deployment.predict(batch)) {
          assertThat(answer.floats("y")).containsExactly(2);
        }
        assertThat(made.get(0)).isPresent();
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
      }
    }
  }

  @Nested
  class Closing {
    private static final LoadOptions REFUSING =
        LoadOptions.builder().closing(io.mlops4j.inference.Closing.refuses()).build();

    @Test
    void endsCallsWithAStateExceptionAndIsIdempotent() {
      plus.assign(CHAMPION, plus.v1);
      Deployment deployment = plus.champion().shadow(CHALLENGER).start();
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      DeploymentStatus status = deployment.status();
      deployment.close();
      deployment.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> rows.predict(new Term(0)))
          .withMessage("the deployment of plus@champion is closed");
      assertThatIllegalStateException().isThrownBy(() -> plus.ask(deployment, 0));
      assertThatIllegalStateException().isThrownBy(deployment::refresh);
      assertThatIllegalStateException()
          .isThrownBy(() -> deployment.rollback(status.serving(), "late"));
      assertThatIllegalStateException().isThrownBy(() -> deployment.rows(Term.class, Sum.class));
      assertThat(deployment.status()).isEqualTo(status);
    }

    @Test
    void failsAsynchronousCallsByTheirFutures() {
      plus.assign(CHAMPION, plus.v1);
      CallOptions options = CallOptions.withDefaults();
      try (FeatureBatch batch =
          FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
        Deployment deployment = plus.champion().start();
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        deployment.close();
        assertThat(deployment.predictAsync(batch, options, Prediction::rows))
            .failsWithin(Duration.ZERO)
            .withThrowableThat()
            .withCauseInstanceOf(IllegalStateException.class);
        assertThat(rows.predictAsync(new Term(0), options))
            .failsWithin(Duration.ZERO)
            .withThrowableThat()
            .withCauseInstanceOf(IllegalStateException.class);
      }
    }

    @Test
    void mayBeDoneByWhoeverHearsOfAChangeAlsoWhileTheAliasIsLookedAt() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHAMPION, plus.v2);
      AtomicReference<Deployment> started = new AtomicReference<>();
      Deployment deployment =
          plus.champion()
              .every(Duration.ofMillis(1))
              .onChange(
                  change -> {
                    awaitBlockedFollower();
                    started.get().close();
                  })
              .start();
      started.set(deployment);
      assertThat(deployment.rollback(deployment.servedBy(), "test")).isPresent();
      Waits.until(
          "the threads have ended",
          () -> threads().isEmpty()); // after the rollback the listener is called
      assertThatIllegalStateException().isThrownBy(deployment::refresh);
    }

    /** For half a second at most, as a follower that never blocks is just what is wanted. */
    private void awaitBlockedFollower() {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
      while (System.nanoTime() < end && !isFollowerBlocked()) {
        Thread.onSpinWait();
      }
    }

    private boolean isFollowerBlocked() {
      return Thread.getAllStackTraces().entrySet().stream()
          .filter(thread -> thread.getKey() != Thread.currentThread())
          .filter(thread -> thread.getKey().getState() == Thread.State.WAITING)
          .flatMap(thread -> Arrays.stream(thread.getValue()))
          .anyMatch(frame -> frame.getClassName().equals(AliasFollower.class.getName()));
    }

    @Test
    void aSecondThreadThatClosesWaitsForTheFirst() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch reads = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Deployment deployment = plus.champion().start();
      try (FeatureBatch batch =
          FeatureBatch.builder(plus.loader.allocator()).floats("x", 1).build()) {
        CompletableFuture<Float> call =
            deployment.predictAsync(
                batch,
                CallOptions.withDefaults(),
                answer -> {
                  reads.countDown();
                  uninterruptibly(goOn);
                  deployment.close(); // waits for nobody, since the others wait for this call
                  return answer.floats("y")[0];
                });
        reads.await();
        Thread first = startClosing(deployment);
        Thread second = startClosing(deployment);
        Waits.until(second, Thread.State.WAITING); // a call still runs
        goOn.countDown();
        first.join();
        second.join();
        assertThat(call.get()) // a call ends a moment before its future says so
            .isEqualTo(2f);
      } finally {
        goOn.countDown();
      }
    }

    /** Returns when the thread waits or has ended. */
    private static Thread startClosing(Deployment deployment) {
      Thread closes = new Thread(deployment::close);
      closes.start();
      while (closes.getState() != Thread.State.WAITING
          && closes.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
      return closes;
    }

    /** Closing that would refuse anyway gives another reason if it does not see the call. */
    @Test
    void fromWithinACallIsRefused() {
      plus.assign(CHAMPION, plus.v1);
      AtomicReference<Deployment> asked = new AtomicReference<>();
      List<Throwable> refused = new ArrayList<>();
      InferenceListener closes = event -> refused.add(catchThrowable(asked.get()::close));
      try (Deployment deployment = plus.champion().options(REFUSING).listener(closes).start()) {
        asked.set(deployment);
        assertThat(plus.ask(deployment, 10)).isEqualTo(11);
        assertThat(plus.ask(deployment, 10)).isEqualTo(11);
        assertThat(refused)
            .hasSize(2)
            .allSatisfy(e -> assertThat(e).hasMessageContaining("from inside one of its calls"));
      }
    }

    @Test
    void isRefusedWhileCallsRunIfThatWasChosenAndSwappingIsNot() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch reads = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      try (Deployment deployment = plus.champion().options(REFUSING).start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 1).build()) {
        CompletableFuture<Float> call =
            deployment.predictAsync(
                batch,
                CallOptions.withDefaults(),
                answer -> {
                  reads.countDown();
                  uninterruptibly(goOn);
                  return answer.floats("y")[0];
                });
        reads.await();
        assertThatThrownBy(deployment::close)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("found 1 running call");
        assertThat(plus.ask(deployment, 10)).isEqualTo(11);
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        assertThat(plus.ask(deployment, 10)).isEqualTo(12);
        goOn.countDown();
        assertThat(call.get()).isEqualTo(2f);
      }
    }

    @Test
    void endsItsThreads() {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        assertThat(threads()).isNotEmpty();
      }
      assertThat(threads()).isEmpty();
    }

    private List<String> threads() {
      return Thread.getAllStackTraces().keySet().stream()
          .filter(Thread::isAlive)
          .map(Thread::getName)
          .filter(name -> name.startsWith("mlops4j-deployment"))
          .toList();
    }
  }

  @Nested
  class SwappedJustBeforeACall {
    private PausedLoader loader;

    private Deployment start() {
      loader = new PausedLoader(plus.loader);
      plus.assign(CHAMPION, plus.v1);
      return new DeploymentBuilder(loader, CHAMPION)
          .from(plus.registry)
          .every(Duration.ofDays(1))
          .start();
    }

    /** The version that is about to answer is swapped out and begins to close. */
    private void swapBeforeNextCall(Deployment deployment) {
      loader.beforeNextCall(
          model -> {
            plus.assign(CHAMPION, plus.v2);
            deployment.refresh();
            while (model.acquire()) {
              model.release();
              Thread.onSpinWait();
            }
          });
    }

    @Test
    void aBatchIsStillAnswered() {
      try (Deployment deployment = start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
        swapBeforeNextCall(deployment);
        try (var answer = deployment.predict(batch)) {
          assertThat(answer.floats("y")).containsExactly(1);
          assertThat(answer.servedBy().version()).hasValue(plus.v1);
        }
        assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      }
    }

    @Test
    void aRecordIsStillAnswered() {
      try (Deployment deployment = start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        swapBeforeNextCall(deployment);
        assertThat(rows.predict(new Term(0)).y()).isEqualTo(1);
        assertThat(rows.predict(new Term(0)).y()).isEqualTo(2);
        swapBeforeNextCall(deployment);
        assertThat(rows.predict(List.of(new Term(0))).get(0).y()).isEqualTo(2);
      }
    }

    @Test
    void anAsynchronousCallIsStillAnswered() throws Exception {
      try (Deployment deployment = start();
          FeatureBatch batch =
              FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        swapBeforeNextCall(deployment);
        assertThat(
                deployment
                    .predictAsync(
                        batch, CallOptions.withDefaults(), answer -> answer.floats("y")[0])
                    .get())
            .isEqualTo(1f);
        plus.assign(CHAMPION, plus.v1);
        deployment.refresh();
        swapBeforeNextCall(deployment);
        assertThat(rows.predictAsync(new Term(0), CallOptions.withDefaults()).get().y())
            .isEqualTo(1f);
      }
    }
  }

  @Nested
  class CountedOnce {
    private final CountDownLatch reads = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** A call whose run ends when the latch is opened. */
    private CompletableFuture<Float> call(Deployment deployment) throws InterruptedException {
      try (FeatureBatch batch =
          FeatureBatch.builder(plus.loader.allocator()).floats("x", 0).build()) {
        CompletableFuture<Float> call =
            deployment.predictAsync(
                batch,
                CallOptions.withDefaults(),
                answer -> {
                  reads.countDown();
                  uninterruptibly(goOn);
                  return answer.floats("y")[0];
                });
        reads.await();
        return call;
      }
    }

    @Test
    void aCallIsOneRunningCallOfItsVersion() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        CompletableFuture<Float> call = call(deployment);
        assertThat(running(plus.v1)).isEqualTo(1);
        goOn.countDown();
        assertThat(call.get()).isEqualTo(1f);
        assertThat(running(plus.v1)).isZero();
      }
    }

    /** The future ends before the run does, so the future must not end the count. */
    @Test
    void aVersionThatWasSwappedOutIsClosedAfterTheRunOfACancelledCall() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        assertThat(call(deployment).cancel(true)).isTrue();
        plus.assign(CHAMPION, plus.v2);
        deployment.refresh();
        assertThat(running(plus.v1)).isEqualTo(1);
        goOn.countDown();
        Waits.until("version 1 is closed", () -> running(plus.v1) < 0);
      }
    }

    /** The calls of a loaded version, or -1 if it is closed. */
    private int running(ModelVersion version) {
      return plus.loader.figures().models().stream()
          .filter(model -> model.servedBy().version().equals(Optional.of(version)))
          .mapToInt(ModelFigures::running)
          .findFirst()
          .orElse(-1);
    }
  }

  @Nested
  class UnderLoad {
    private static final int SWAPS = 12;

    @Test
    void noCallFailsAndEveryValueIsOfWhoeverAnswered() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
      InferenceListener listener = event -> heard.add(event.servedBy().toString());
      CountDownLatch asked = new CountDownLatch(400);
      try (Deployment deployment = plus.champion().listener(listener).start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        CountDownLatch done = new CountDownLatch(1);
        InParallel.Work<Integer> records = () -> askRecords(rows, asked, done);
        InParallel.Work<Integer> batches = () -> askBatches(deployment, asked, done);
        List<Integer> calls =
            InParallel.call(
                records,
                records,
                batches,
                batches,
                () -> {
                  try {
                    for (int i = 0; i < SWAPS; i++) {
                      plus.assign(CHAMPION, List.of(plus.v1, plus.v2, plus.v3).get(i % 3));
                      deployment.refresh();
                    }
                    assertThat(asked.await(2, TimeUnit.MINUTES)).as("calls were made").isTrue();
                    return 0;
                  } finally {
                    done.countDown();
                  }
                });
        assertThat(calls.subList(0, 4)).allSatisfy(n -> assertThat(n).isPositive());
        assertThat(heard).hasSize(calls.stream().mapToInt(n -> n).sum());
      }
    }

    private int askRecords(RowModel<Term, Sum> rows, CountDownLatch asked, CountDownLatch done) {
      int calls = 0;
      for (; done.getCount() > 0; calls++) {
        rows.predict(new Term(calls)).isConsistent(calls);
        asked.countDown();
      }
      return calls;
    }

    private int askBatches(Deployment deployment, CountDownLatch asked, CountDownLatch done) {
      int calls = 0;
      try (FeatureBatch batch =
          FeatureBatch.builder(plus.loader.allocator()).floats("x", 0, 10).build()) {
        for (; done.getCount() > 0; calls++) {
          try (var answer = deployment.predict(batch)) {
            float version = answer.servedBy().version().orElseThrow().number();
            assertThat(answer.floats("y")).containsExactly(version, 10 + version);
            asked.countDown();
          }
        }
      }
      return calls;
    }

    @Test
    void closingLetsRunningCallsEndAndRefusesTheRest() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      Deployment deployment = plus.champion().start();
      RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
      CountDownLatch running = new CountDownLatch(200);
      InParallel.Work<String> caller =
          () -> {
            try {
              for (int i = 0; ; i++) {
                rows.predict(new Term(i)).isConsistent(i);
                running.countDown();
              }
            } catch (IllegalStateException closed) {
              return closed.getMessage();
            }
          };
      InParallel.Work<String> closer =
          () -> {
            assertThat(running.await(2, TimeUnit.MINUTES)).as("calls were made").isTrue();
            deployment.close();
            return "the deployment of plus@champion is closed";
          };
      assertThat(InParallel.call(caller, caller, caller, closer, closer))
          .containsOnly("the deployment of plus@champion is closed");
      assertThat(plus.loader.hostBytes()).isZero();
    }
  }

  @Nested
  class Shadowing {
    @Test
    void asksTheChallengerAndReturnsTheChampion() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHALLENGER, plus.v3);
      CountDownLatch heard = new CountDownLatch(2);
      InferenceListener listener =
          event -> {
            if (event.route() == InferenceEvent.Route.SHADOW) {
              assertThat(event.servedBy().version()).hasValue(plus.v3);
              heard.countDown();
            }
          };
      Deployment deployment = plus.champion().shadow(CHALLENGER).listener(listener).start();
      try (deployment) {
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        assertThat(deployment.rows(Term.class, Sum.class).predict(new Term(5)).y()).isEqualTo(6);
        assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
      }
      ShadowStatus status = deployment.shadow().orElseThrow();
      assertThat(status.challenger().orElseThrow().version()).hasValue(plus.v3);
      assertThat(status.rows()).isEqualTo(2);
      assertThat(status.disagreements()).isEqualTo(2);
      assertThat(status.maxDifference()).isEqualTo(2);
      assertThat(status.failed() + status.dropped()).isZero();
    }

    /**
     * Otherwise the challenger's call would wait for its own end. The test closes what it opened
     * only if the deployment refused, because closing would wait for that call, too.
     */
    @Test
    void closingFromWithinAChallengersCallIsRefused(@TempDir Path own) {
      DeploymentFixture fixture = new DeploymentFixture(own);
      fixture.assign(CHAMPION, fixture.v1);
      fixture.assign(CHALLENGER, fixture.v3);
      AtomicReference<Deployment> asked = new AtomicReference<>();
      CountDownLatch answered = new CountDownLatch(1);
      CompletableFuture<Throwable> refused = new CompletableFuture<>();
      InferenceListener closes =
          event -> {
            if (event.route() == InferenceEvent.Route.SHADOW) {
              uninterruptibly(answered); // while the champion's call runs, that is the reason
              refused.complete(catchThrowable(asked.get()::close));
            }
          };
      Deployment deployment = fixture.champion().shadow(CHALLENGER).listener(closes).start();
      asked.set(deployment);
      assertThat(fixture.ask(deployment, 0)).isEqualTo(1);
      answered.countDown();
      assertThat(refused).as("what close() threw").succeedsWithin(Duration.ofSeconds(20));
      assertThat(refused.join())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("from inside one of its calls");
      assertThat(fixture.ask(deployment, 0)).isEqualTo(1);
      deployment.close();
      fixture.close();
    }

    @Test
    void anAbsentChallengerIsFineAndBeginsWhenAssigned() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().shadow(CHALLENGER).start()) {
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        assertThat(deployment.shadow().orElseThrow().challenger()).isEmpty();
        plus.assign(CHALLENGER, plus.v1);
        deployment.refresh();
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        assertThat(deployment.shadow().orElseThrow().challenger().orElseThrow().version())
            .hasValue(plus.v1);
      }
    }

    @Test
    void aChallengerThatFailsIsCountedAndNeverSeen() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHALLENGER, plus.publish("renamed", card().build()));
      Deployment deployment = plus.champion().shadow(CHALLENGER).start();
      try (deployment) {
        // Records cannot be bound to it; batches find no output of that name.
        assertThat(deployment.rows(Term.class, Sum.class).predict(new Term(0)).y()).isEqualTo(1);
        assertThat(plus.ask(deployment, 0)).isEqualTo(1);
        // It is asked in any order, and closing drops what it was not asked yet.
        Waits.until(
            "both calls were compared",
            () -> shadow(deployment).failed() + shadow(deployment).rows() >= 2);
      }
      assertThat(shadow(deployment).failed()).isEqualTo(1);
      assertThat(shadow(deployment).disagreements()).isEqualTo(1);
    }

    private static ShadowStatus shadow(Deployment deployment) {
      return deployment.shadow().orElseThrow();
    }

    @Test
    void rowsAreDroppedAndCountedWhenTheChallengerIsBehind() {
      plus.assign(CHAMPION, plus.v1);
      plus.assign(CHALLENGER, plus.v2);
      CountDownLatch blocked = new CountDownLatch(1);
      InferenceListener slow =
          event -> {
            if (event.route() == InferenceEvent.Route.SHADOW) {
              uninterruptibly(blocked);
            }
          };
      Deployment deployment = plus.champion().shadow(CHALLENGER).listener(slow).start();
      try (deployment) {
        for (int i = 0; i < 200; i++) {
          plus.ask(deployment, i);
        }
        assertThat(deployment.shadow().orElseThrow().dropped()).isBetween(100L, 200L);
        blocked.countDown();
      }
    }

    @Test
    void thereIsNoStatusWithoutAChallenger() {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().start()) {
        assertThat(deployment.shadow()).isEmpty();
      }
    }
  }

  @Nested
  class Batching {
    @Test
    void recordsOfManyThreadsAreAnsweredEachWithItsOwn() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      try (Deployment deployment = plus.champion().microBatching(MicroBatching.upTo(64)).start()) {
        RowModel<Term, Sum> rows = deployment.rows(Term.class, Sum.class);
        InParallel.Work<Integer> caller =
            () -> {
              for (int i = 0; i < 200; i++) {
                rows.predict(new Term(i)).isConsistent(i);
                rows.predict(
                        new Term(i), CallOptions.withDefaults().withDeadline(Duration.ofMinutes(1)))
                    .isConsistent(i);
              }
              return 0;
            };
        InParallel.Work<Integer> swapper =
            () -> {
              for (int i = 0; i < 6; i++) {
                plus.assign(CHAMPION, List.of(plus.v1, plus.v2).get(i % 2));
                deployment.refresh();
              }
              return 0;
            };
        InParallel.call(caller, caller, caller, caller, swapper);
      }
    }

    @Test
    void batchesThatPileUpAreAnsweredTogether() throws Exception {
      plus.assign(CHAMPION, plus.v1);
      CountDownLatch kept = new CountDownLatch(2);
      CountDownLatch mayEnd = new CountDownLatch(1);
      ConcurrentLinkedQueue<Long> runs = new ConcurrentLinkedQueue<>();
      InferenceListener listener =
          event -> {
            if (mayEnd.getCount() == 0) {
              runs.add(event.nanos(InferenceEvent.Phase.RUN));
            } else { // the first two keep both processors
              kept.countDown();
              InParallel.await(mayEnd);
            }
          };
      MicroBatching together = MicroBatching.upTo(64).withoutMeasuring();
      try (Deployment deployment =
          plus.champion().microBatching(together).listener(listener).start()) {
        InParallel.Work<Integer> caller = () -> Math.round(plus.ask(deployment, 4));
        InParallel.Work<Integer> opener =
            () -> {
              InParallel.await(kept);
              List<CompletableFuture<float[]>> later = new ArrayList<>();
              for (float x : new float[] {5, 6, 7}) {
                try (FeatureBatch batch =
                    FeatureBatch.builder(plus.loader.allocator()).floats("x", x).build()) {
                  later.add(
                      deployment.predictAsync(
                          batch, CallOptions.withDefaults(), answer -> answer.floats("y")));
                }
              }
              mayEnd.countDown();
              for (int i = 0; i < 3; i++) {
                assertThat(later.get(i).get()).containsExactly(6 + i);
              }
              return 5;
            };
        assertThat(InParallel.call(caller, caller, opener)).containsOnly(5);
        assertThat(runs).hasSize(3);
        assertThat(runs.stream().distinct()).as("two processors, a run each").hasSizeBetween(1, 2);
      }
    }
  }
}
