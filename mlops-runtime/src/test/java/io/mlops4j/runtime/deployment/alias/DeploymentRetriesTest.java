package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.card;
import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.DeploymentStatus;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.deployment.DeploymentStatus.Waiting;
import io.mlops4j.runtime.serving.DefaultModelLoader;
import io.mlops4j.runtime.trust.ModelSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only a verdict is final: everything else is tried again. */
class DeploymentRetriesTest {
  @TempDir private Path folder;
  private final ManualTime time = new ManualTime();
  private DeploymentFixture plus;
  private TroubledRegistry registry;

  @BeforeEach
  void publishThreeVersions() {
    plus = new DeploymentFixture(folder);
    registry = new TroubledRegistry(plus.registry);
    plus.assign(CHAMPION, plus.v1);
  }

  @AfterEach
  void nothingIsLeft() {
    plus.close();
  }

  private DeploymentBuilder builder(DefaultModelLoader loader) {
    DeploymentBuilder builder = new DeploymentBuilder(loader, CHAMPION, time);
    builder.timer = time;
    builder.from(registry.view()).every(Duration.ofDays(1));
    return builder;
  }

  private Deployment start() {
    return builder(plus.loader).start();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("30 s are over").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  static Stream<Throwable> passing() {
    return Stream.of(
        new RegistryException("the connection was lost", null),
        new EngineUnavailableException("the device is busy", null),
        new IntegrityException("a file is missing for a second", true),
        new OutOfMemoryError("native"),
        new NoClassDefFoundError("x/Y"),
        new IllegalStateException("a pool is closed"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void aVersionThatCouldNotBeReadIsTriedAgain(Throwable failure) {
    try (Deployment deployment = start()) {
      registry.fail("source", failure);
      AliasRecord record = plus.assign(CHAMPION, plus.v2);
      DeploymentStatus status = deployment.refresh();
      assertThat(status.refused()).isEmpty();
      assertThat(status.newest()).isEqualTo(record);
      assertThat(status.waiting())
          .hasValue(
              new Waiting(
                  record, failure.getMessage(), 1, Instant.EPOCH, Instant.EPOCH.plusSeconds(1)));
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);

      registry.recover();
      time.advance(Duration.ofSeconds(1));
      await(() -> deployment.status().waiting().isEmpty());
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.status().refused()).isEmpty();
    }
  }

  @Test
  void aFileThatComesBackIsLoaded() throws Exception {
    Path version = folder.resolve("registry/models/plus/versions/000002");
    Path files = version.resolve("files");
    try (Deployment deployment = start()) {
      Files.move(files, version.resolve("away"));
      plus.assign(CHAMPION, plus.v2);
      DeploymentStatus status = deployment.refresh();
      assertThat(status.refused()).isEmpty();
      assertThat(status.waiting().orElseThrow().reason()).contains("found nothing there");
      Files.move(version.resolve("away"), files);
      assertThat(deployment.refresh().waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    }
  }

  @Test
  void thePausesGrowToABound() {
    try (Deployment deployment = start()) {
      registry.fail("card", new RegistryException("away", null));
      plus.assign(CHAMPION, plus.v2);
      deployment.refresh();
      List<Long> pauses = new ArrayList<>();
      for (int attempt = 1; attempt <= 8; attempt++) {
        int expected = attempt;
        await(
            () ->
                deployment.status().waiting().map(Waiting::attempts).equals(Optional.of(expected)));
        Waiting waiting = deployment.status().waiting().orElseThrow();
        assertThat(waiting.since()).isEqualTo(Instant.EPOCH);
        Duration pause = Duration.between(time.instant(), waiting.next());
        pauses.add(pause.toSeconds());
        time.advance(pause.minusMillis(1));
        assertThat(deployment.status().waiting()).as("not earlier").hasValue(waiting);
        time.advance(Duration.ofMillis(1));
      }
      assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
      await(() -> deployment.status().waiting().orElseThrow().attempts() == 9);
    }
  }

  @Test
  void refreshAndANewRecordTryAtOnce() {
    try (Deployment deployment = start()) {
      registry.fail("card", new RegistryException("away", null));
      plus.assign(CHAMPION, plus.v2);
      deployment.refresh();
      registry.recover();
      assertThat(deployment.refresh().waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);

      registry.fail("card", new RegistryException("away", null));
      plus.assign(CHAMPION, plus.v1);
      deployment.refresh();
      registry.recover();
      plus.assign(CHAMPION, plus.v3);
      ((AliasDeployment) deployment).tick();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v3)));
      assertThat(deployment.status().waiting()).isEmpty();
      time.advance(Duration.ofHours(1));
      assertThat(plus.ask(deployment, 0)).as("the old record is not tried again").isEqualTo(3);
    }
  }

  @Test
  void anOutageIsShownAndItsEndTriesAtOnce() {
    List<DeploymentStatus> told = new ArrayList<>();
    try (AliasDeployment deployment =
        (AliasDeployment) builder(plus.loader).onChange(told::add).start()) {
      registry.fail("card", new RegistryException("away", null));
      plus.assign(CHAMPION, plus.v2);
      deployment.refresh();
      registry.fail("head", new RegistryException("nobody listens there", null));
      assertThatThrownBy(deployment::refresh).hasMessage("nobody listens there");
      time.advance(Duration.ofMillis(500));
      assertThatThrownBy(deployment::refresh).isInstanceOf(RegistryException.class);
      assertThat(deployment.status().outage())
          .hasValue(new DeploymentStatus.Outage(Instant.EPOCH, "nobody listens there"));
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);

      registry.recover();
      deployment.tick();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      assertThat(deployment.status().outage()).isEmpty();
      assertThat(deployment.status().waiting()).isEmpty();
    }
    assertThat(told.get(0).waiting()).isPresent();
    assertThat(told.get(1).outage()).isPresent();
    assertThat(told.get(told.size() - 1).serving().version()).hasValue(plus.v2);
  }

  @Test
  void aRecordThatIsReadLateIsFollowed() {
    CountDownLatch slow = new CountDownLatch(1);
    try (AliasDeployment deployment = (AliasDeployment) start()) {
      int before = registry.calls("head");
      registry.hang("head", slow);
      plus.assign(CHAMPION, plus.v2);
      deployment.tick();
      await(() -> registry.calls("head") > before);
      time.advance(Duration.ofSeconds(10));
      assertThat(deployment.status().outage().orElseThrow().reason()).contains("did not answer");
      slow.countDown();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      assertThat(registry.calls("head")).isEqualTo(before + 1);
    } finally {
      slow.countDown();
    }
  }

  /** The connection of a reading died, and its driver does not notice. */
  @Test
  void aReadingThatHangsStopsNoOther() {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      int before = hangs(deployment, "head", dead);
      deployment.tick();
      assertThat(registry.calls("head")).as("it has just begun").isEqualTo(before);
      registry.recover();
      plus.assign(CHAMPION, plus.v2);
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      deployment.tick();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      assertThat(deployment.status().outage()).isEmpty();
      time.advance(Duration.ofSeconds(10)); // the first one is given up
      assertThat(deployment.status().outage()).as("the registry was read since").isEmpty();
    } finally {
      dead.countDown();
    }
  }

  /** The second reading sees the alias before the first one does, and ends after it. */
  @Test
  void anOlderRecordDoesNotUndoANewerOne() {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    try (AliasDeployment deployment = start(new AtomicLong())) {
      hangs(deployment, "head", first);
      registry.recover();
      registry.hangWithAnswer("head", second);
      CompletableFuture<DeploymentStatus> refresh =
          CompletableFuture.supplyAsync(deployment::refresh);
      await(() -> registry.hasAnswer());
      registry.recover();
      AliasRecord newer = plus.assign(CHAMPION, plus.v2);
      first.countDown();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      second.countDown();
      assertThat(refresh.join().newest()).isEqualTo(newer);
      assertThat(deployment.servedBy().version()).contains(plus.v2);
    } finally {
      first.countDown();
      second.countDown();
    }
  }

  @Test
  void aLaterReadingThatHungAllAlongIsNoOutage() {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      plus.assign(CHAMPION, plus.v2);
      hangs(deployment, "head", first);
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      hangs(deployment, "head", dead);
      first.countDown();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      time.advance(Duration.ofSeconds(10)); // the second one is given up
      assertThat(deployment.status().outage()).isEmpty();
    } finally {
      first.countDown();
      dead.countDown();
    }
  }

  /** It waits for the trial that was begun again, although the first one ends before. */
  @Test
  void aRefreshWaitsForATrialThatIsBegunAgain() {
    CountDownLatch dead = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      registry.hang("card", dead);
      int cards = registry.calls("card");
      plus.assign(CHAMPION, plus.v2);
      CompletableFuture<DeploymentStatus> refresh =
          CompletableFuture.supplyAsync(deployment::refresh);
      await(() -> registry.calls("card") > cards);
      hangs(deployment, "head", dead);
      registry.recover();
      int sources = registry.calls("source");
      registry.hang("source", slow);
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      time.advance(Duration.ofSeconds(1));
      deployment.tick();
      await(() -> registry.calls("source") > sources);
      registry.recover();
      dead.countDown();
      await(
          () -> deployment.status().trials().stream().noneMatch(DeploymentStatus.Trial::abandoned));
      assertThat(refresh).isNotDone();
      slow.countDown();
      assertThat(refresh.join().serving().version()).contains(plus.v2);
    } finally {
      dead.countDown();
      slow.countDown();
    }
  }

  /** Some drivers go on waiting when their thread is interrupted. */
  @Test
  void readingsThatHangAreBounded() {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    registry.ignoreInterrupts();
    try (AliasDeployment deployment = start(nanos)) {
      int before = registry.calls("head");
      for (int i = 1; i <= 12; i++) {
        assertThat(hangs(deployment, "head", dead)).isEqualTo(before + i);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      }
      deployment.tick();
      dead.countDown();
      await(() -> deployment.status().outage().isEmpty());
      assertThat(registry.calls("head")).isEqualTo(before + 12);
    } finally {
      dead.countDown();
    }
  }

  @Test
  void aReadingBeginsHoweverManyHung() {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      for (int i = 1; i <= 100; i++) {
        int most = Math.min(i, 8);
        hangs(deployment, "head", dead);
        await(() -> registry.hung() == most);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      }
      assertThat(deployment.status().outage().orElseThrow().reason())
          .contains("did not answer within ")
          .contains("the reading was ended so that another could begin");
      registry.recover();
      plus.assign(CHAMPION, plus.v2);
      deployment.tick();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      assertThat(deployment.status().outage()).isEmpty();
      await(() -> registry.hung() == 0);
    } finally {
      dead.countDown();
    }
  }

  /** Which reading ends is chosen so that an answer that takes long arrives. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 30})
  void aRegistryWhoseAnswersTakeLongIsFollowed(int seconds) {
    CountDownLatch dead = new CountDownLatch(1);
    List<CountDownLatch> begun = new ArrayList<>();
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      for (int i = 0; i < 50; i++) {
        hangs(deployment, "head", dead);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      }
      for (int i = 0; i < 3 * seconds + 1; i++) {
        CountDownLatch answer = new CountDownLatch(1);
        begun.add(answer);
        hangs(deployment, "head", answer);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        if (i == 0) {
          plus.assign(CHAMPION, plus.v2);
        }
        if (i >= seconds) {
          begun.get(i - seconds).countDown();
        }
      }
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
    } finally {
      dead.countDown();
      begun.forEach(CountDownLatch::countDown);
    }
  }

  /** A caller is answered by the reading that was faster. */
  @Test
  void aRefreshWhoseReadingHangsEndsWithALaterOne() {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      int before = registry.calls("head");
      registry.hang("head", dead);
      CompletableFuture<DeploymentStatus> refresh =
          CompletableFuture.supplyAsync(deployment::refresh);
      await(() -> registry.calls("head") > before);
      registry.recover();
      plus.assign(CHAMPION, plus.v2);
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      deployment.tick();
      assertThat(refresh.join().serving().version()).contains(plus.v2);
    } finally {
      dead.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"card", "source"})
  void aTrialThatHangsOnADeadConnectionIsBegunAgain(String reads) {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      registry.hang(reads, dead);
      int before = registry.calls(reads);
      plus.assign(CHAMPION, plus.v2);
      deployment.tick();
      await(() -> registry.calls(reads) > before);
      hangs(deployment, "head", dead);
      registry.recover();
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      time.advance(Duration.ofSeconds(1));
      deployment.tick();
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));
      int sources = registry.calls("source");
      dead.countDown();
      await(() -> deployment.status().trials().isEmpty());
      assertThat(registry.calls("source")).isLessThanOrEqualTo(sources + 1);
      assertThat(deployment.status().waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
    } finally {
      dead.countDown();
    }
  }

  /** The readings that hung beside it are ended by the first that succeeds. */
  @Test
  void aTrialThatIsTooYoungToBeBegunAgainIsBegunAgainLater() {
    CountDownLatch dead = new CountDownLatch(1);
    AtomicLong nanos = new AtomicLong();
    try (AliasDeployment deployment = start(nanos)) {
      int before = registry.calls("source");
      registry.hang("source", dead);
      plus.assign(CHAMPION, plus.v2);
      deployment.tick();
      await(() -> registry.calls("source") > before);
      hangs(deployment, "head", dead);
      await(() -> registry.hung() == 2);
      registry.recover();
      nanos.addAndGet(Duration.ofMillis(350).toNanos());
      time.advance(Duration.ofMillis(999));
      deployment.tick();
      await(() -> registry.hung() == 1);
      assertThat(registry.calls("source")).isEqualTo(before + 1);

      time.advance(Duration.ofMillis(1));
      await(
          () -> {
            deployment.tick();
            return deployment.servedBy().version().equals(Optional.of(plus.v2));
          });
    } finally {
      dead.countDown();
    }
  }

  /** A slow load is no reason to begin it again. */
  @Test
  void aTrialThatHasReadItsVersionGoesOn() {
    VersionTrial trial = new VersionTrial(plus.assign(CHAMPION, plus.v2), Instant.EPOCH, 0);
    trial.read();
    assertThat(trial.cutOff()).isFalse();
    assertThat(trial.abandoned).isFalse();
  }

  @Test
  void aTrialThatWasAbandonedWhileItReadLoadsNothing() {
    VersionTrial trial = new VersionTrial(plus.assign(CHAMPION, plus.v2), Instant.EPOCH, 0);
    assertThat(trial.cutOff()).isTrue();
    assertThatThrownBy(trial::read).isInstanceOf(CancellationException.class);
  }

  private AliasDeployment start(AtomicLong nanos) {
    DeploymentBuilder builder = builder(plus.loader);
    builder.nanos = nanos::get;
    return (AliasDeployment) builder.start();
  }

  /**
   * Ticks until a call hangs, and returns the calls so far. A tick does nothing while the threads
   * of readings that were ended have not all noticed it, so it is repeated, as a deployment does.
   */
  private int hangs(AliasDeployment deployment, String method, CountDownLatch until) {
    int before = registry.calls(method);
    registry.hang(method, until);
    for (int i = 0; i < 30 && registry.calls(method) == before; i++) {
      deployment.tick();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      while (registry.calls(method) == before && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
    assertThat(registry.calls(method)).as("ticked for 30 s").isGreaterThan(before);
    return registry.calls(method);
  }

  /** On a busy machine each attempt may take longer than its limit. */
  @Test
  void aVersionThatIsLoadedLateServesIfItsRecordIsTheNewest() {
    CountDownLatch slow = new CountDownLatch(1);
    try (AliasDeployment deployment = (AliasDeployment) start()) {
      loadsLate(deployment, slow);
      assertThat(deployment.status().waiting().orElseThrow().reason())
          .contains("took longer than 5 min", "serves when it is ready", "trialTimeout");
      time.advance(Duration.ofMinutes(1));
      assertThat(deployment.status().trials()).hasSize(1);
      slow.countDown();
      await(() -> deployment.status().trials().isEmpty());
      assertThat(plus.ask(deployment, 0)).isEqualTo(2);
      assertThat(deployment.status().waiting()).isEmpty();
      assertThat(deployment.status().refused()).isEmpty();
    } finally {
      slow.countDown();
    }
  }

  @Test
  void aVersionThatIsLoadedLateDoesNotServeIfTheAliasHasMoved() {
    CountDownLatch slow = new CountDownLatch(1);
    try (AliasDeployment deployment = (AliasDeployment) start()) {
      loadsLate(deployment, slow);
      registry.recover();
      plus.assign(CHAMPION, plus.v3);
      deployment.refresh();
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
      slow.countDown();
      await(() -> deployment.status().trials().isEmpty());
      assertThat(plus.ask(deployment, 0)).isEqualTo(3);
    } finally {
      slow.countDown();
    }
  }

  @Test
  void aVersionThatIsLoadedLateMayBeRefused() {
    CountDownLatch slow = new CountDownLatch(1);
    ModelVersion wrong = plus.publish("plus1", card().goldenRows(golden(2)).build());
    try (AliasDeployment deployment = (AliasDeployment) start()) {
      loadsLate(deployment, slow, wrong);
      slow.countDown();
      await(() -> deployment.status().trials().isEmpty());
      assertThat(deployment.status().refused().orElseThrow().verdict()).isEqualTo(Verdict.ANSWERS);
      assertThat(deployment.status().waiting()).isEmpty();
      assertThat(plus.ask(deployment, 0)).isEqualTo(1);
    } finally {
      slow.countDown();
    }
  }

  private void loadsLate(AliasDeployment deployment, CountDownLatch slow) {
    loadsLate(deployment, slow, plus.v2);
  }

  private void loadsLate(AliasDeployment deployment, CountDownLatch slow, ModelVersion version) {
    int before = registry.calls("source");
    registry.hang("source", slow);
    plus.assign(CHAMPION, version);
    deployment.tick();
    await(() -> registry.calls("source") > before);
    time.advance(Duration.ofMinutes(5));
    await(() -> deployment.status().waiting().isPresent());
  }

  @Test
  void aSignatureThatArrivesLaterIsFollowedAndAWrongOneIsFinal() {
    ModelSigner signer = DeploymentFixture.signer();
    ModelSigner stranger = DeploymentFixture.signer();
    signer.sign(plus.registry, plus.v1);
    try (DefaultModelLoader trusting = DeploymentFixture.trusting(signer);
        Deployment deployment = builder(trusting).start()) {
      plus.assign(CHAMPION, plus.v2);
      assertThat(deployment.refresh().waiting().orElseThrow().reason())
          .contains("found no signature");
      signer.sign(plus.registry, plus.v2);
      time.advance(Duration.ofSeconds(1));
      await(() -> deployment.servedBy().version().equals(Optional.of(plus.v2)));

      stranger.sign(plus.registry, plus.v3);
      plus.assign(CHAMPION, plus.v3);
      DeploymentStatus status = deployment.refresh();
      assertThat(status.waiting()).isEmpty();
      assertThat(status.refused().orElseThrow().verdict()).isEqualTo(Verdict.TRUST);
    }
  }

  @Test
  void anInterruptedThreadRefusesNothing() {
    try (Deployment deployment = start()) {
      plus.assign(CHAMPION, plus.v2);
      Thread.currentThread().interrupt();
      DeploymentStatus status = deployment.refresh();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(status.refused()).isEmpty();
      assertThat(status.serving().version()).hasValue(plus.v2);
    }
  }

  @Test
  void aVerdictIsNamedAndFinal() {
    ModelVersion wrong = plus.publish("plus1", card().goldenRows(golden(2)).build());
    try (Deployment deployment = start()) {
      plus.assign(CHAMPION, wrong);
      DeploymentStatus status = deployment.refresh();
      assertThat(status.refused().orElseThrow().verdict()).isEqualTo(Verdict.ANSWERS);
      int calls = registry.calls("card");
      time.advance(Duration.ofHours(1));
      deployment.refresh();
      assertThat(registry.calls("card")).isEqualTo(calls);
    }
  }

  @Test
  void causesDecideOverTheKindOfLoadFailure() {
    assertThat(Failures.verdict(new ModelLoadException("late", new TimeoutException()))).isEmpty();
    assertThat(Failures.verdict(new InferenceException("x", new OutOfMemoryError("y")))).isEmpty();
    assertThat(Failures.verdict(new ModelLoadException("no model", null))).hasValue(Verdict.LOAD);
  }
}
