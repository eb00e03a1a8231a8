package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.internal.BatchLending;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.live.intake.ProcessorMeter;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelMonitorTest {
  private static final ServedBy V1 = Events.version(1);
  private static final ServedBy V2 = Events.version(2);

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(11);
  private final TestClock clock = new TestClock();

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Rows of one normal feature and a key k0, k1, ... from a number on. */
  private FeatureBatch rows(int count, int firstKey, double shift) {
    float[] x = new float[count];
    String[] keys = new String[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextGaussian() + shift);
      keys[i] = "k" + (firstKey + i);
    }
    return FeatureBatch.builder(allocator).floats("x", x).strings("key", keys).build();
  }

  private FeatureBatch scores(float... values) {
    return FeatureBatch.builder(allocator).floats("score", values).build();
  }

  private Profile reference() {
    try (FeatureBatch batch = rows(5_000, 0, 0);
        FeatureBatch only = FeatureBatch.of(VectorSchemaRoot.of(batch.column("x")))) {
      return Profile.of(List.of(only));
    }
  }

  private void answer(ModelMonitor monitor, ServedBy by, int count, int firstKey, double shift) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat();
    }
    try (FeatureBatch features = rows(count, firstKey, shift);
        FeatureBatch outputs = scores(values)) {
      monitor.onInference(Events.answered(by, features, outputs));
    }
  }

  private MonitorBuilder byKey() {
    return byKey(reference());
  }

  private MonitorBuilder byKey(Profile reference) {
    return ModelMonitor.builder(reference)
        .everyRow()
        .labels(LabelJoin.byKey("key").within(Duration.ofDays(2)))
        .window(Window.ofRows(1_000))
        .clock(clock);
  }

  @Test
  void labelsJoinByKeyAndGiveTheRealisedAuc() {
    try (ModelMonitor monitor = byKey().start()) {
      try (FeatureBatch features = rows(4, 0, 0);
          FeatureBatch outputs = scores(0.1f, 0.4f, 0.35f, 0.8f)) {
        monitor.onInference(Events.answered(V1, features, outputs));
      }
      monitor.label("k0", 0);
      monitor.label("k1", 0);
      try (FeatureBatch labels =
          FeatureBatch.builder(allocator).strings("key", "k2", "k3").ints("late", 1, 1).build()) {
        monitor.labels(labels);
      }
      monitor.flush();
      // scikit-learn's own example: roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75
      Performance performance = monitor.performance(V1).orElseThrow();
      assertThat(performance.figure("roc_auc").orElse(-1)).isEqualTo(0.75);
      assertThat(performance.coverage().share()).isEqualTo(1);
      assertThat(monitor.performance(V2)).isEmpty();
      assertThat(monitor.counts())
          .isEqualTo(
              new MonitorCounts(
                  4,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  new LabelCounts(4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                  0,
                  0));
    }
  }

  @Test
  void labelsJoinByPredictionId() {
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference())
                .everyRow()
                .labels(LabelJoin.byPredictionId())
                .start();
        FeatureBatch features = rows(2, 0, 0);
        FeatureBatch outputs = scores(0.2f, 0.9f)) {
      monitor.onInference(new Events.Event(V1, Route.PRIMARY, 5, features, outputs, null));
      monitor.label(new PredictionId(7, 5, 0), 0);
      monitor.label(new PredictionId(7, 5, 1), 1);
      monitor.label(new PredictionId(7, 6, 1), 1);
      monitor.flush();
      assertThat(monitor.performance(V1).orElseThrow().figure("roc_auc").orElse(-1)).isEqualTo(1);
      assertThat(monitor.counts().labels().labelled()).isEqualTo(2);
      assertThatIllegalStateException()
          .isThrownBy(() -> monitor.label("k0", 1))
          .withMessageContaining("joins by prediction id");
    }
  }

  @Test
  void aShiftIsOneAlarmThatNamesTheFeatureUntilItEndsAndBeginsAgain() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onAlarm(alarms::add);
      double[] shifts = {0, 0, 1, 1, 0, 1, 0, 0, 1};
      for (int window = 0; window < shifts.length; window++) {
        answer(monitor, V1, 1_000, window * 1_000, shifts[window]);
      }
      monitor.flush();
      Alarm.Compared last = alarms.get(1).compared().orElseThrow();
      WindowReport window = monitor.newestWindow().orElseThrow();
      assertThat(last.current()).isEqualTo(window.profile().digest());
      assertThat(last.reference()).isEqualTo(window.drift().reference().digest());
      assertThat(last.rows()).isEqualTo(1_000);
      assertThat(last.to()).isEqualTo(window.to());
    }
    assertThat(alarms).extracting(Alarm::kind).containsOnly(Alarm.Kind.DRIFT).hasSize(2);
    assertThat(alarms).extracting(Alarm::id).containsExactly("alarm-1", "alarm-2");
    assertThat(alarms)
        .extracting(Alarm::incident)
        .extracting(Incident::id)
        .containsExactly("incident-1", "incident-2");
    assertThat(alarms.get(0).servedBy()).isEqualTo(V1);
    assertThat(alarms.get(0).evidence().get(0).name()).isEqualTo("x");
    assertThat(alarms.get(0).evidence().get(0).measured()).isBetween(0.8, 1.2);
  }

  @Test
  void anInvertedVersionIsNamedOnceInAnAlarmAboutItsPerformance() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onAlarm(alarms::add);
      for (int day = 0; day < 10; day++) {
        answerAndLabel(monitor, day < 6 ? V1 : V2, day * 500, 500, day >= 6);
        monitor.flush();
        clock.advance(Duration.ofDays(1));
      }
    }
    assertThat(alarms).hasSize(1);
    assertThat(alarms.get(0).kind()).isEqualTo(Alarm.Kind.PERFORMANCE);
    assertThat(alarms.get(0).servedBy()).isEqualTo(V2);
    assertThat(alarms.get(0).evidence().get(0).name()).isEqualTo("roc_auc");
  }

  private void answerAndLabel(
      ModelMonitor monitor, ServedBy by, int firstKey, int count, boolean inverted) {
    answerAndLabel(monitor, by, firstKey, count, 0, inverted);
  }

  private void answerAndLabel(
      ModelMonitor monitor, ServedBy by, int firstKey, int count, double shift, boolean inverted) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat();
    }
    try (FeatureBatch features = rows(count, firstKey, shift);
        FeatureBatch outputs = scores(values)) {
      monitor.onInference(Events.answered(by, features, outputs));
    }
    for (int i = 0; i < count; i++) {
      boolean event = random.nextFloat() < values[i];
      monitor.label("k" + (firstKey + i), event != inverted ? 1 : 0);
    }
  }

  /** A rollback must not wait for somebody who reads the alarm about drift. */
  @Test
  void performanceThatDriftExplainsIsNoOtherAlarmButReachesTheActionsForIt() {
    List<Alarm> alarms = new ArrayList<>();
    List<Alarm> ofPerformance = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onAlarm(alarms::add);
      monitor.onAlarm(Alarm.Kind.PERFORMANCE, ofPerformance::add);
      for (int day = 0; day < 10; day++) {
        answerAndLabel(monitor, V1, day * 500, 500, day >= 6 ? 1 : 0, day >= 6);
        monitor.flush();
        clock.advance(Duration.ofDays(1));
      }
      monitor.flush();
      assertThat(monitor.incidents()).hasSize(1);
      assertThat(monitor.incidents().get(0).findings())
          .extracting(Incident.Finding::kind)
          .containsExactly(Alarm.Kind.DRIFT, Alarm.Kind.PERFORMANCE);
    }
    assertThat(alarms).hasSize(1);
    assertThat(alarms.get(0).kind()).isEqualTo(Alarm.Kind.DRIFT);
    assertThat(ofPerformance).hasSize(1);
    assertThat(ofPerformance.get(0).kind()).isEqualTo(Alarm.Kind.PERFORMANCE);
    assertThat(ofPerformance.get(0).servedBy()).isEqualTo(V1);
    assertThat(ofPerformance.get(0).id()).isEqualTo("alarm-2");
    assertThat(ofPerformance.get(0).incident().id()).isEqualTo(alarms.get(0).incident().id());
    assertThat(ofPerformance.get(0).evidence())
        .extracting(Evidence::name)
        .containsExactly("roc_auc");
  }

  @Test
  void aShadowsRowsAreNotPartOfTheWindowButItsPerformanceIsFollowed() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start();
        FeatureBatch features = rows(1_000, 0, 0);
        FeatureBatch outputs = scores(new float[1_000])) {
      monitor.onWindow(windows::add);
      monitor.onInference(new Events.Event(V2, Route.SHADOW, 0, features, outputs, null));
      monitor.label("k0", 1);
      monitor.flush();
      assertThat(windows).isEmpty();
      assertThat(monitor.performance(V2).orElseThrow().coverage().labelled()).isEqualTo(1);
    }
  }

  @Test
  void answersInPlaceOfAnotherVersionAreLeftOut() {
    ServedBy inPlace =
        V1.asFallback(
            new ServedBy.Fallback(
                ServedBy.Reason.FAILED, Events.version(2).version().orElseThrow()));
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start();
        FeatureBatch features = rows(1_000, 0, 5);
        FeatureBatch outputs = scores(new float[1_000])) {
      monitor.onWindow(windows::add);
      monitor.onInference(new Events.Event(inPlace, Route.FALLBACK, 0, features, outputs, null));
      monitor.flush();
      assertThat(monitor.counts().rows()).isZero();
      assertThat(windows).isEmpty();
    }
  }

  @Test
  void columnsOfTheReferenceThatLiveRowsLackAreLeftOut() {
    List<WindowReport> windows = new ArrayList<>();
    Profile withLabel;
    float[] x = new float[100];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    try (FeatureBatch history =
        FeatureBatch.builder(allocator).floats("x", x).ints("label", new int[100]).build()) {
      withLabel = Profile.of(List.of(history));
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(withLabel)
            .everyRow()
            .labels(LabelJoin.byKey("key"))
            .window(Window.ofRows(100))
            .start()) {
      monitor.onWindow(windows::add);
      answer(monitor, V1, 100, 0, 0);
      monitor.flush();
      assertThat(monitor.counts().failures()).isZero();
    }
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).profile().columns()).containsExactly("x");
  }

  @Test
  void aWindowOfTimeEndsWithTheFirstBatchAfterIt() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = byKey().window(Window.of(Duration.ofDays(7))).start()) {
      monitor.onWindow(windows::add);
      answer(monitor, V1, 600, 0, 0);
      clock.advance(Duration.ofDays(6));
      answer(monitor, V1, 600, 600, 0);
      clock.advance(Duration.ofDays(1));
      answer(monitor, V1, 600, 1200, 0);
      monitor.flush();
    }
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).profile().rows()).isEqualTo(1_200);
    assertThat(Duration.between(windows.get(0).from(), windows.get(0).to()))
        .isEqualTo(Duration.ofDays(7));
    assertThat(windows.get(0).drift().features()).extracting(f -> f.name()).contains("x");
  }

  @Test
  void aRootThatIsRefilledRightAfterTheCallDoesNotChangeWhatWasSeen() {
    Profile reference = reference();
    List<WindowReport> windows = new ArrayList<>();
    Profile offline;
    try (ModelMonitor monitor = byKey(reference).start();
        FeatureBatch original = rows(1_000, 0, 0);
        FeatureBatch outputs = scores(new float[1_000]);
        FeatureBatch source = FeatureBatch.of(original.root()).retain()) {
      monitor.onWindow(windows::add);
      offline = reference.profile(List.of(original));
      CountDownLatch hold = new CountDownLatch(1);
      monitor.onWindow(w -> await(hold));
      answer(monitor, V1, 1_000, 5_000, 0); // keeps the monitor busy until the root is refilled
      monitor.onInference(
          Events.answered(V1, FeatureBatch.of(source.root()), FeatureBatch.of(outputs.root())));
      Float4Vector x = (Float4Vector) source.column("x");
      for (int i = 0; i < 1_000; i++) {
        x.set(i, 1e6f);
      }
      hold.countDown();
      monitor.flush();
    }
    assertThat(windows).hasSize(2);
    assertThat(windows.get(1).profile().toBytes()).isEqualTo(offline.toBytes());
  }

  @Test
  void rowsThatDoNotFitTheHandOffAreLeftOutAndCounted() throws Exception {
    try (ModelMonitor monitor = byKey().handOffRows(1_500).start()) {
      answer(monitor, V1, 1_000, 0, 0);
      monitor.flush();
      clock.hold("mlops4j-monitor"); // where the time of the acceptance is read
      CompletableFuture<Void> accepted = CompletableFuture.runAsync(monitor::acceptAsReference);
      clock.awaitHeld();
      answer(monitor, V1, 1_000, 1_000, 0);
      answer(monitor, V1, 1_000, 2_000, 0);
      clock.release();
      accepted.get();
      monitor.flush();
      assertThat(monitor.counts().dropped()).isEqualTo(1_000);
      assertThat(monitor.counts().rows()).isEqualTo(2_000);
    }
  }

  @Test
  void whatAnActionThrowsIsCountedAndTheNextActionStillRuns() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onWindow(
          w -> {
            throw new IllegalStateException("planted");
          });
      monitor.onWindow(windows::add);
      answer(monitor, V1, 1_000, 0, 0);
      monitor.flush();
      assertThat(monitor.counts().failures()).isEqualTo(1);
    }
    assertThat(windows).hasSize(1);
  }

  @Test
  void anActionThatThrowsAnErrorDoesNotEndTheMonitor() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onWindow(
          w -> {
            throw new AssertionError("planted");
          });
      monitor.onWindow(windows::add);
      answer(monitor, V1, 1_000, 0, 0);
      answer(monitor, V1, 1_000, 1_000, 0);
      monitor.flush();
      assertThat(monitor.counts().failures()).isEqualTo(2);
    }
    assertThat(windows).hasSize(2);
  }

  @Test
  void rowsOfAModelWithoutAScoreAreStillComparedWithTheReference() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onAlarm(alarms::add);
      for (double shift : new double[] {0, 1}) {
        try (FeatureBatch features = rows(1_000, 0, shift);
            FeatureBatch outputs =
                FeatureBatch.builder(allocator).longs("label", new long[1_000]).build()) {
          monitor.onInference(Events.answered(V1, features, outputs));
        }
      }
      monitor.flush();
      assertThat(monitor.counts().rows()).isEqualTo(2_000);
      assertThat(monitor.counts().failures()).isEqualTo(2);
    }
    assertThat(alarms)
        .extracting(Alarm::kind)
        .containsExactly(Alarm.Kind.CONFIGURATION, Alarm.Kind.DRIFT);
  }

  /** A runtime makes the columns of its collected records when they are read. */
  @Test
  void rowsThatCannotBecomeColumnsAreCountedAsDropped() {
    try (ModelMonitor monitor = byKey().start()) {
      FeatureBatch unreadable =
          BatchLending.late(
              300,
              () -> {
                throw new OutOfMemoryException("planted");
              },
              () -> {});
      try (unreadable;
          FeatureBatch outputs = scores(new float[300])) {
        monitor.onInference(Events.answered(V1, unreadable, outputs));
      }
      answer(monitor, V1, 200, 0, 0);
      monitor.flush();
      assertThat(monitor.counts().dropped()).isEqualTo(300);
      assertThat(monitor.counts().rows()).isEqualTo(200);
      assertThat(monitor.counts().failures()).isEqualTo(1);
    }
  }

  @Test
  void aBatchWithoutTheKeyIsCountedAsAFailureAndNeverThrown() {
    try (ModelMonitor monitor = byKey().start();
        FeatureBatch features = FeatureBatch.builder(allocator).floats("x", 1f).build();
        FeatureBatch outputs = scores(0.5f)) {
      monitor.onInference(Events.answered(V1, features, outputs));
      monitor.flush();
      assertThat(monitor.counts().failures()).isEqualTo(1);
      monitor.onInference(Events.failed(V1));
      assertThat(monitor.counts().failedCalls()).isEqualTo(1);
    }
  }

  @Test
  void aClosedMonitorIgnoresCallsAndRefusesLabels() {
    ModelMonitor monitor = byKey().start();
    answer(monitor, V1, 10, 0, 0);
    monitor.close();
    monitor.close();
    assertThat(monitor.counts().rows()).isEqualTo(10);
    answer(monitor, V1, 10, 0, 0);
    monitor.flush();
    assertThat(monitor.counts().rows()).isEqualTo(10);
    assertThatIllegalStateException()
        .isThrownBy(() -> monitor.label("k0", 1))
        .withMessage("the monitor is closed");
  }

  @Test
  void anActionMayLabelFlushAndClose() throws Exception {
    ModelMonitor monitor = byKey().start();
    CompletableFuture<MonitorCounts> done = new CompletableFuture<>();
    monitor.onWindow(
        w -> {
          monitor.label("k0", 1);
          monitor.flush();
          monitor.close();
          done.complete(monitor.counts());
        });
    answer(monitor, V1, 1_000, 0, 0);
    assertThat(done.get(60, TimeUnit.SECONDS).labels().labelled()).isEqualTo(1);
    monitor.close();
  }

  /** The monitor and its callers go on; a blocked action costs its own time. */
  @Test
  void anActionThatBlocksHoldsUpNeitherLabelsNorClosing() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ModelMonitor monitor = byKey().handOffRows(1_000).actionLimit(Duration.ofSeconds(1)).start();
    monitor.onWindow(
        w -> {
          blocked.countDown();
          while (mayEnd.getCount() > 0) {
            try {
              mayEnd.await();
            } catch (InterruptedException e) {
              Thread.interrupted(); // ignores it
            }
          }
        });
    answer(monitor, V1, 1_000, 0, 0);
    blocked.await();
    for (int i = 0; i < 3_000; i++) {
      monitor.label("k" + i, 1);
    }
    monitor.flush();
    assertThat(monitor.counts().labels().labelled()).isEqualTo(1_000);
    monitor.close();
    assertThat(monitor.counts().failures()).isEqualTo(1);
    mayEnd.countDown();
  }

  @Test
  void acceptedRowsAreTheReferenceFromThenOn() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().start()) {
      monitor.onAlarm(alarms::add);
      assertThatIllegalStateException()
          .isThrownBy(monitor::acceptAsReference)
          .withMessageContaining("found no complete window");
      answer(monitor, V1, 1_000, 0, 1);
      answer(monitor, V1, 500, 1_000, 1); // an open window, which is discarded
      monitor.acceptAsReference();
      assertThat(monitor.reference().rows()).isEqualTo(1_000);
      answer(monitor, V1, 1_000, 2_000, 1);
      monitor.flush();
      assertThat(alarms).hasSize(1);
      assertThat(monitor.incidents()).extracting(Incident::status).containsExactly("accepted");
      answer(monitor, V1, 1_000, 3_000, 0); // what was usual is now a change
      monitor.flush();
      assertThat(alarms).hasSize(2);
    }
  }

  @Test
  void aProcessorTimeThatCannotBeReadEndsNothing() {
    ProcessorMeter broken =
        new ProcessorMeter(
            () -> {
              throw new IllegalStateException("no clock");
            },
            () -> 0);
    try (ModelMonitor monitor = byKey().metered(0.1, broken).start()) {
      answer(monitor, V1, 10, 0, 0);
      monitor.flush();
      assertThat(monitor.counts().rows()).isEqualTo(10);
      assertThat(monitor.counts().failures()).isPositive();
    }
  }

  /** Rows that were handed over are processed although the monitor closes. */
  @Test
  void acceptingWhileTheMonitorClosesIsDoneOrRefused() throws Exception {
    Profile reference = reference();
    for (int round = 0; round < 100; round++) {
      boolean refused = false;
      try (ModelMonitor monitor = byKey(reference).window(Window.ofRows(100)).start()) {
        answer(monitor, V1, 100, 0, 1);
        monitor.flush();
        Thread closing = new Thread(monitor::close);
        closing.start();
        try {
          monitor.acceptAsReference();
        } catch (IllegalStateException e) {
          assertThat(e).hasMessageContaining("closed");
          refused = true;
        }
        assertThat(monitor.reference().equals(reference)).isEqualTo(refused);
        closing.join();
      }
    }
  }

  @Test
  void aWindowThatLacksAColumnIsNoReference() {
    Profile both;
    try (FeatureBatch batch = rows(5_000, 0, 0);
        FeatureBatch outputs = scores(new float[5_000])) {
      both = Profile.builder().except("key").add(batch, outputs).build();
    }
    try (ModelMonitor monitor =
        ModelMonitor.builder(both).everyRow().window(Window.ofRows(1_000)).clock(clock).start()) {
      try (FeatureBatch features = rows(1_000, 0, 0);
          FeatureBatch outputs =
              FeatureBatch.builder(allocator).floats("other", new float[1_000]).build()) {
        monitor.onInference(Events.answered(V1, features, outputs));
      }
      assertThatIllegalStateException()
          .isThrownBy(monitor::acceptAsReference)
          .withMessageContaining("[score]");
      assertThat(monitor.reference()).isEqualTo(both);
    }
  }

  @Test
  void acknowledgingNeedsAnOpenIncident() {
    try (ModelMonitor monitor = byKey().start()) {
      answer(monitor, V1, 1_000, 0, 1);
      monitor.flush();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.acknowledge("incident-7", "maria"))
          .withMessage(
              "incident: found \"incident-7\", expected the id of an open one: [incident-1]");
      monitor.acknowledge("incident-1", "maria");
      assertThat(monitor.incidents().get(0).acknowledgedBy()).contains("maria");
    }
  }

  @Test
  void aLimitOfAlarmsMayHoldForEver() {
    try (ModelMonitor monitor = byKey().alarmLimit(1, ChronoUnit.FOREVER.getDuration()).start()) {
      for (double shift : new double[] {1, 0, 0, 1}) {
        answer(monitor, V1, 1_000, 0, shift);
      }
      monitor.flush();
      assertThat(monitor.counts().suppressedAlarms()).isEqualTo(1);
      assertThat(monitor.counts().failures()).isZero();
    }
  }

  @Test
  void alarmsBeyondTheLimitAreCountedAndListed() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().alarmLimit(1, Duration.ofHours(1)).start()) {
      monitor.onAlarm(alarms::add);
      double[] shifts = {1, 0, 0, 1, 0, 0};
      for (int window = 0; window < shifts.length; window++) {
        answer(monitor, V1, 1_000, window * 1_000, shifts[window]);
      }
      monitor.flush();
      assertThat(alarms).hasSize(1);
      assertThat(monitor.counts().suppressedAlarms()).isEqualTo(1);
      assertThat(monitor.incidents()).hasSize(2);
      clock.advance(Duration.ofHours(1));
      answer(monitor, V1, 1_000, 6_000, 1);
      monitor.flush();
      assertThat(alarms).hasSize(2);
    }
  }

  @Test
  void anAlarmBeyondTheLimitIsRaisedLaterIfTheProblemLasts() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().alarmLimit(1, Duration.ofHours(1)).start()) {
      monitor.onAlarm(alarms::add);
      double[] shifts = {1, 0, 0, 1, 1};
      for (int window = 0; window < shifts.length; window++) {
        answer(monitor, V1, 1_000, window * 1_000, shifts[window]);
      }
      monitor.flush();
      assertThat(alarms).hasSize(1);
      clock.advance(Duration.ofHours(1));
      answer(monitor, V1, 1_000, 5_000, 1);
      answer(monitor, V1, 1_000, 6_000, 1);
      monitor.flush();
      assertThat(alarms).hasSize(2);
      assertThat(alarms.get(1).incident().id()).isEqualTo("incident-2");
      assertThat(monitor.counts().suppressedAlarms()).isEqualTo(1);
    }
  }

  @Test
  void anAlarmBeyondTheLimitIsNotRaisedLaterIfItsIncidentWasAcknowledged() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor = byKey().alarmLimit(1, Duration.ofHours(1)).start()) {
      monitor.onAlarm(alarms::add);
      double[] shifts = {1, 0, 0, 1};
      for (int window = 0; window < shifts.length; window++) {
        answer(monitor, V1, 1_000, window * 1_000, shifts[window]);
      }
      monitor.flush();
      monitor.acknowledge("incident-2", "maria");
      clock.advance(Duration.ofHours(1));
      answer(monitor, V1, 1_000, 4_000, 1);
      monitor.flush();
      assertThat(alarms).hasSize(1);
    }
  }

  @Test
  void aPolicyDecidesWhatIsDrift() {
    List<Alarm> alarms = new ArrayList<>();
    DriftPolicy tolerant =
        DriftPolicy.withDefaults().withFeature("x", FeaturePolicy.withDefaults().withBound(2));
    try (ModelMonitor monitor = byKey().policy(tolerant).without(Watched.QUALITY).start()) {
      monitor.onAlarm(alarms::add);
      answer(monitor, V1, 1_000, 0, 1);
      monitor.flush();
      assertThat(alarms).isEmpty();
      answer(monitor, V1, 1_000, 1_000, 5);
      monitor.flush();
      assertThat(alarms).hasSize(1);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                byKey()
                    .policy(
                        DriftPolicy.withDefaults()
                            .withFeature("y", FeaturePolicy.withDefaults().withBound(2)))
                    .start())
        .withMessageContaining("\"y\"");
  }

  @Test
  void labelsThatAreNeitherZeroNorOneAreRefusedAndNoneIsTaken() {
    try (ModelMonitor monitor = byKey().start();
        FeatureBatch labels =
            FeatureBatch.builder(allocator).strings("key", "a", "b").doubles("y", 1, 0.5).build();
        FeatureBatch nullKey =
            FeatureBatch.builder(allocator).strings("key", "a", null).doubles("y", 1, 1).build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.labels(labels))
          .withMessage("label: found 0.5, expected 0 or 1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.labels(nullKey))
          .withMessageContaining("null in row 1");
      assertThatIllegalArgumentException().isThrownBy(() -> monitor.label("a", Double.NaN));
      monitor.flush();
      assertThat(monitor.counts().labels().received()).isZero();
    }
  }

  @Test
  void manyThreadsMayAnswerAndLabelAtOnce() throws Exception {
    int threads = 4;
    int each = 2_000;
    try (ModelMonitor monitor = byKey().start()) {
      List<Thread> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < each; i += 100) {
                    String[] keys = new String[100];
                    for (int k = 0; k < 100; k++) {
                      keys[k] = "k" + (first + i + k);
                    }
                    try (FeatureBatch features =
                            FeatureBatch.builder(allocator)
                                .floats("x", new float[100])
                                .strings("key", keys)
                                .build();
                        FeatureBatch outputs = scores(new float[100])) {
                      monitor.onInference(Events.answered(V1, features, outputs));
                    }
                    for (String key : keys) {
                      monitor.label(key, 1);
                    }
                  }
                });
        thread.start();
        running.add(thread);
      }
      for (Thread thread : running) {
        thread.join();
      }
      monitor.flush();
      assertThat(monitor.counts().rows()).isEqualTo(8_000);
      assertThat(monitor.counts().labels().labelled()).isEqualTo(8_000);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class TestClock extends ManualClock {
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String holds = "";

    /** Holds the thread of this name when it asks for the time. */
    void hold(String thread) {
      holds = thread;
    }

    void awaitHeld() {
      await(held);
    }

    void release() {
      released.countDown();
    }

    @Override
    public Instant instant() {
      if (Thread.currentThread().getName().equals(holds)) {
        held.countDown();
        await(released);
      }
      return super.instant();
    }
  }
}
