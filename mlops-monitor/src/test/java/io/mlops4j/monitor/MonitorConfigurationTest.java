package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What cannot be watched is refused at the start, or reported once, and never "no drift". */
class MonitorConfigurationTest {
  private static final ServedBy V1 = Events.version(1);
  private static final int ROWS = 100;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  private static double[] numbers(double from) {
    return IntStream.range(0, ROWS).mapToDouble(i -> from + i).toArray();
  }

  private static float[] scores() {
    float[] scores = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      scores[i] = i / (float) ROWS;
    }
    return scores;
  }

  private static String[] keys() {
    return IntStream.range(0, ROWS).mapToObj(i -> "k" + i).toArray(String[]::new);
  }

  private FeatureBatch.Builder rows() {
    return FeatureBatch.builder(allocator);
  }

  private static Profile profile(FeatureBatch.Builder rows) {
    try (FeatureBatch batch = rows.build()) {
      return Profile.of(List.of(batch));
    }
  }

  private void answer(ModelMonitor monitor, FeatureBatch.Builder rows) {
    answer(monitor, rows, rows().floats("probability", scores()));
  }

  private static void answer(
      ModelMonitor monitor, FeatureBatch.Builder rows, FeatureBatch.Builder answers) {
    try (FeatureBatch features = rows.build();
        FeatureBatch outputs = answers.build()) {
      monitor.onInference(Events.answered(V1, features, outputs));
    }
    monitor.flush();
  }

  @Test
  void aReferenceWithoutRowsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelMonitor.builder(Profile.of(List.of())).everyRow().start())
        .withMessageContaining("reference: found no rows");
    Profile none = profile(rows().doubles("distance"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelMonitor.builder(none).everyRow().start())
        .withMessageContaining("reference: found no rows");
  }

  @Test
  void aReferenceWithTooFewRowsToJudgeIsRefused() {
    Profile few = profile(rows().doubles("distance", 1, 2, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelMonitor.builder(few).everyRow().start())
        .withMessageContaining("reference: found 3 rows, expected at least 50");
  }

  /** Fewer rows would never alarm, whatever they hold. */
  @Test
  void aWindowWithTooFewRowsToJudgeIsRefused() {
    MonitorBuilder builder = ModelMonitor.builder(profile(rows().doubles("distance", numbers(0))));
    for (Window few : List.of(Window.ofRows(1), Window.ofRows(49), Window.sliding(48, 4))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.window(few).start())
          .withMessageContaining("window: found " + few + ", expected at least 50 rows");
    }
    builder.window(Window.ofRows(99)).outputs(DriftPolicy.withDefaults().withMinimumRows(100));
    assertThatIllegalArgumentException()
        .isThrownBy(builder::start)
        .withMessageContaining("window: found 99 rows, expected at least 100 rows");
    builder.without(Watched.OUTPUTS).start().close();
    builder.without().window(Window.sliding(100, 4)).start().close();
    builder.outputs(DriftPolicy.withDefaults().withMinimumRows(100_000));
    assertThatIllegalArgumentException()
        .isThrownBy(builder::start)
        .withMessageContaining("reference: found " + ROWS + " rows, expected at least 100000");
  }

  /** The rows of a day are known only when it ends. */
  @Test
  void windowsOfTimeThatNeverHaveEnoughRowsAreReportedOnce() {
    ManualClock clock = new ManualClock();
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(profile(rows().doubles("distance", numbers(0))))
            .everyRow()
            .window(Window.of(Duration.ofDays(1)))
            .without(Watched.QUALITY)
            .clock(clock)
            .start()) {
      monitor.onAlarm(alarms::add);
      for (int day = 0; day < 9; day++) {
        answerFew(monitor, 30);
        clock.advance(Duration.ofDays(1));
        assertThat(alarms).as("day %d", day).hasSize(day < 5 ? 0 : 1);
      }
      assertThat(alarms.get(0).kind()).isEqualTo(Alarm.Kind.CONFIGURATION);
      assertThat(monitor.notWatched())
          .hasToString(
              "[windows: none had enough rows for a verdict; use longer windows, or fewer slices]");
      for (int day = 0; day < 4; day++) {
        answerFew(monitor, 60);
        clock.advance(Duration.ofDays(1));
      }
      assertThat(monitor.notWatched()).isEmpty();
      assertThat(monitor.incidents()).extracting(Incident::isOpen).containsExactly(false);
      for (int day = 0; day < 9; day++) { // a quiet season is no mistake of the settings
        answerFew(monitor, 30);
        clock.advance(Duration.ofDays(1));
      }
      assertThat(alarms).hasSize(1);
    }
  }

  private void answerFew(ModelMonitor monitor, int rows) {
    answer(
        monitor,
        rows()
            .doubles(
                "distance", IntStream.range(0, rows).mapToDouble(i -> i * 100.0 / rows).toArray()),
        rows().floats("probability", Arrays.copyOf(scores(), rows)));
  }

  @Test
  void aReferenceWithoutAColumnToCompareIsRefused() {
    Profile keys = profile(rows().strings("flight_id", keys()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelMonitor.builder(keys).everyRow().start())
        .withMessageContaining("reference: found no column that can be compared")
        .withMessageContaining("flight_id");
    Profile distances = profile(rows().doubles("distance", numbers(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ModelMonitor.builder(distances.without(List.of("distance"))).everyRow().start())
        .withMessageContaining("reference: found no column that can be compared");
  }

  @Test
  void aKeyThatTheReferenceLeavesOutAnywayDoesNoHarm() {
    Profile withKey = profile(rows().doubles("distance", numbers(0)).strings("flight_id", keys()));
    try (ModelMonitor monitor =
        ModelMonitor.builder(withKey)
            .everyRow()
            .labels(LabelJoin.byKey("flight_id"))
            .window(Window.ofRows(ROWS))
            .start()) {
      answer(monitor, rows().doubles("distance", numbers(0)).strings("flight_id", keys()));
      monitor.label("k0", 1);
      monitor.flush();
      assertThat(monitor.counts().labels().labelled()).isEqualTo(1);
      assertThat(monitor.notWatched()).extracting(NotWatched::name).containsExactly("flight_id");
    }
  }

  @Test
  void aReferenceThatHoldsTheKeyIsRefused() {
    Profile withKey =
        profile(rows().doubles("distance", numbers(0)).doubles("flight_id", numbers(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ModelMonitor.builder(withKey)
                    .everyRow()
                    .labels(LabelJoin.byKey("flight_id"))
                    .start())
        .withMessageContaining("reference: found column \"flight_id\"")
        .withMessageContaining("except(\"flight_id\")");
  }

  @Test
  void aReferenceThatHoldsTheScoreAsAFeatureIsRefused() {
    Profile withScore =
        profile(rows().doubles("distance", numbers(0)).floats("probability", scores()));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ModelMonitor.builder(withScore)
                    .everyRow()
                    .labels(LabelJoin.byPredictionId())
                    .performance(PerformancePolicy.binary("probability"))
                    .start())
        .withMessageContaining("reference: found \"probability\" as a feature")
        .withMessageContaining("add(features, outputs)");
  }

  @Test
  void anOutputInTheReferenceDoesNotStopTheWatchOnOtherColumns() {
    Profile withOutput =
        profile(rows().doubles("distance", numbers(0)).floats("probability", scores()));
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(withOutput).everyRow().window(Window.ofRows(ROWS)).start()) {
      monitor.onWindow(windows::add);
      answer(monitor, rows().doubles("distance", numbers(1000)));
    }
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).drift().driftedFeatures())
        .extracting(f -> f.name())
        .containsExactly("distance");
    assertThat(windows.get(0).drift().onlyInReference()).containsExactly("probability");
  }

  @Test
  void aMisspeltColumnIsNotReportedAsNoDrift() {
    Profile misspelt = profile(rows().doubles("distnace", numbers(0)));
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(misspelt).everyRow().window(Window.ofRows(ROWS)).start()) {
      monitor.onWindow(windows::add);
      answer(monitor, rows().doubles("distance", numbers(1000)));
    }
    assertThat(windows).hasSize(1);
    assertThat(windows.get(0).drift())
        .hasToString("not judged, 0 of 0 columns drifted [], not compared [distnace]");
  }

  /** Rows of two columns, of which the second may be left out. */
  private FeatureBatch.Builder flights(boolean hours) {
    FeatureBatch.Builder rows = rows().doubles("distance", numbers(0));
    return hours ? rows.doubles("hour", numbers(0)) : rows;
  }

  @Test
  void whatTheCallsLackIsReportedOnceWithTheNearestName() {
    Profile reference =
        profile(
            rows()
                .doubles("distance", numbers(0))
                .doubles("distnace", numbers(0))
                .doubles("origin", numbers(0))
                .floats("probability", scores())
                .strings("flight_id", keys()));
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference).everyRow().window(Window.ofRows(ROWS)).start()) {
      monitor.onAlarm(alarms::add);
      assertThat(monitor.notWatched()).extracting(NotWatched::name).containsExactly("flight_id");
      for (int call = 0; call < 3; call++) {
        answer(monitor, rows().doubles("distance", numbers(0)).strings("origin", keys()));
      }
      assertThat(monitor.notWatched())
          .extracting(NotWatched::name)
          .containsExactly("flight_id", "distnace", "origin", "probability");
      assertThat(monitor.counts().failures()).isZero();
    }
    assertThat(alarms)
        .singleElement()
        .satisfies(
            alarm -> {
              assertThat(alarm.kind()).isEqualTo(Alarm.Kind.CONFIGURATION);
              assertThat(alarm.servedBy()).isEqualTo(V1);
              assertThat(alarm.evidence())
                  .extracting(Evidence::text)
                  .containsExactly(
                      "distnace: the calls have no column of this name; did you mean \"distance\"?",
                      "origin: the calls have it with type Utf8; the reference expects numbers",
                      "probability: it is a feature in the reference and an output of the calls;"
                          + " build the reference with Profile.builder().add(features, outputs)");
            });
  }

  @Test
  void aBatchThatLacksAColumnIsLeftOutOfThatColumnOnly() {
    List<WindowReport> windows = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(profile(flights(true).strings("origin", codes())))
            .everyRow()
            .window(Window.ofRows(4 * ROWS))
            .start()) {
      monitor.onWindow(windows::add);
      answer(monitor, flights(true).strings("origin", codes()));
      answer(monitor, flights(true));
      answer(monitor, flights(false));
      answer(monitor, flights(true).strings("origin", codes()));
      for (int call = 0; call < 4; call++) {
        answer(monitor, flights(true).strings("origin", codes()));
      }
      assertThat(monitor.notWatched()).isEmpty();
      assertThat(monitor.counts().unfit()).isEqualTo(2 * ROWS);
    }
    assertThat(windows).extracting(window -> window.profile().rows()).containsExactly(400L, 400L);
    assertThat(windows.get(0).uncounted())
        .isEqualTo(Map.of("hour", (long) ROWS, "origin", 2L * ROWS));
    Profile first = windows.get(0).profile();
    assertThat(((NumberProfile) first.column("distance")).present()).isEqualTo(400);
    assertThat(((NumberProfile) first.column("hour")).present()).isEqualTo(300);
    assertThat(((CategoryProfile) first.column("origin")).present()).isEqualTo(200);
    assertThat(Profile.fromBytes(first.toBytes())).isEqualTo(first);
    assertThat(windows.get(0).drift().driftedFeatures())
        .isEmpty(); // rows without it are not missing values
    assertThat(windows.get(1).uncounted()).isEmpty();
    assertThat(windows.get(1).drift().features()).hasSize(3);
  }

  private static String[] codes() {
    return IntStream.range(0, ROWS).mapToObj(i -> "c" + i % 4).toArray(String[]::new);
  }

  @Test
  void labelsThatCannotFindTheirRowsAreReportedOnce() {
    List<Alarm> alarms = new ArrayList<>();
    try (ModelMonitor monitor =
        ModelMonitor.builder(profile(flights(true)))
            .everyRow()
            .labels(LabelJoin.byKey("flihgt_id"))
            .start()) {
      monitor.onAlarm(alarms::add);
      answer(monitor, flights(true).strings("flight_id", keys()));
      answer(monitor, flights(true).strings("flight_id", keys()));
      assertThat(monitor.notWatched()).extracting(NotWatched::name).containsExactly("labels");
      assertThat(monitor.counts().failures()).isEqualTo(2);
    }
    assertThat(alarms)
        .singleElement()
        .satisfies(
            alarm -> {
              assertThat(alarm.kind()).isEqualTo(Alarm.Kind.CONFIGURATION);
              assertThat(alarm.toString()).contains("labels: they cannot be joined", "flihgt_id");
            });
  }

  @Test
  void aProblemThatHasEndedIsClosedEvenIfNoDriftIsWatched() {
    try (ModelMonitor monitor =
        ModelMonitor.builder(profile(flights(true)))
            .everyRow()
            .window(Window.ofRows(ROWS))
            .without(Watched.FEATURES, Watched.OUTPUTS)
            .labels(LabelJoin.byKey("flight_id"))
            .start()) {
      answer(monitor, flights(true));
      assertThat(monitor.incidents()).extracting(Incident::isOpen).containsExactly(true);
      answer(monitor, flights(true).strings("flight_id", keys()));
      assertThat(monitor.incidents()).extracting(Incident::isOpen).containsExactly(true);
      answer(monitor, flights(true).strings("flight_id", keys()));
      assertThat(monitor.incidents()).extracting(Incident::isOpen).containsExactly(false);
    }
  }

  private static ModelCard.Builder card() {
    return ModelCard.builder("flight-delay")
        .signature(
            new ModelSignature(
                List.of(column("distance"), column("hour")), List.of(column("probability"))));
  }

  private static ValueSpec column(String name) {
    return new TensorSpec(
        name,
        ElementType.FLOAT32,
        List.of(TensorSpec.Dim.symbol("N"), TensorSpec.Dim.of(1)),
        false);
  }

  private static void refused(MonitorBuilder monitor, String message) {
    assertThatIllegalArgumentException().isThrownBy(monitor::start).withMessage(message);
  }

  @Test
  void aReferenceThatDoesNotFitTheCardIsRefused() {
    Profile misspelt = profile(rows().doubles("distnace", numbers(0)));
    refused(
        ModelMonitor.builder(misspelt).everyRow().card(card().build()),
        "reference: found feature \"distnace\", which the model of the card does not have, expected"
            + " one of [distance, hour]; did you mean \"distance\"?");
    refused(
        ModelMonitor.builder(misspelt)
            .everyRow()
            .card(card().feature(Feature.of("distance").withColumn("miles")).build()),
        "reference: found feature \"distnace\", which the model of the card does not have, expected"
            + " one of [miles, hour]");
    Profile output = profile(flights(true).floats("probability", scores()));
    refused(
        ModelMonitor.builder(output).everyRow().card(card().build()),
        "reference: found \"probability\" as a feature, but it is an output of the model; build the"
            + " reference with Profile.builder().add(features, outputs), or leave it out with"
            + " except(\"probability\")");
    MonitorBuilder fits = ModelMonitor.builder(profile(flights(true))).everyRow();
    refused(
        fits.labels(LabelJoin.byPredictionId())
            .card(card().build())
            .performance(PerformancePolicy.binary("probabilty")),
        "performance: found output \"probabilty\", expected one of [probability]; did you mean"
            + " \"probability\"?");
    fits.performance(PerformancePolicy.binary("probability")).start().close();
    FeatureSchema schema = FeatureSchema.ofNames("distance", "hour").withKey("flight_id");
    fits.card(card().features(schema).build());
    fits.labels(LabelJoin.byKey("flight_id")).start().close();
    refused(
        fits.labels(LabelJoin.byKey("flihgt_id")),
        "labels: found key \"flihgt_id\", expected one of the card's keys [flight_id]; did you mean"
            + " \"flight_id\"?");
  }

  @Test
  void aCardOfAWideInputSaysNothingAboutItsColumns() {
    ValueSpec wide =
        new TensorSpec(
            "input",
            ElementType.FLOAT32,
            List.of(TensorSpec.Dim.symbol("N"), TensorSpec.Dim.of(2)),
            false);
    ModelCard card =
        ModelCard.builder("m")
            .signature(new ModelSignature(List.of(wide), List.of(column("probability"))))
            .build();
    ModelMonitor.builder(profile(flights(true))).everyRow().card(card).start().close();
  }
}
