package io.mlops4j.monitor.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.Events;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.Watched;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.profile.Columns;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorMetersTest {
  private static final int ROWS = 1_000;
  private static final ServedBy V1 =
      ServedBy.of(
          "m",
          new Digest("sha256", "01".repeat(32)),
          new ModelVersion("m", 1, new Digest("sha256", "01".repeat(32))),
          null,
          "engine");

  private final BufferAllocator allocator = new RootAllocator();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Random random = new Random(16);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(double shift) {
    return rows(shift, "k");
  }

  private FeatureBatch rows(double shift, String keys) {
    return FeatureBatch.builder(allocator)
        .doubles("x", random.doubles(ROWS).map(u -> u + shift).toArray())
        .doubles("z", random.doubles(ROWS).toArray())
        .strings("key", IntStream.range(0, ROWS).mapToObj(i -> keys + i).toArray(String[]::new))
        .build();
  }

  private Profile reference() {
    try (FeatureBatch batch = rows(0)) {
      return Profile.builder().except("key").add(batch).build();
    }
  }

  private void answer(ModelMonitor monitor, double shift) {
    try (FeatureBatch features = rows(shift);
        FeatureBatch outputs =
            FeatureBatch.builder(allocator).doubles("score", new double[ROWS]).build()) {
      monitor.onInference(Events.answered(V1, features, outputs));
    }
  }

  private double gauge(String name, String... tags) {
    return registry.get("mlops4j.monitor." + name).tags(tags).gauge().value();
  }

  private double counter(String name, String... tags) {
    return registry.get("mlops4j.monitor." + name).tags(tags).functionCounter().count();
  }

  @Test
  void figuresAreThoseOfTheMonitor() {
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference())
                .everyRow()
                .window(Window.ofRows(ROWS))
                .labels(LabelJoin.byKey("key"))
                .start();
        MonitorMeters meters = MonitorMeters.of(monitor).tags("model", "m")) {
      meters.bindTo(registry);
      assertThat(gauge("drift", "column", "x")).isNaN();
      assertThat(gauge("coverage")).isNaN();
      answer(monitor, 0.5);
      for (int i = 0; i < 250; i++) {
        monitor.label("k" + i, i % 2);
      }
      monitor.label("k0", 1);
      monitor.flush();
      assertThat(counter("rows", "model", "m")).isEqualTo(ROWS);
      assertThat(counter("labels", "outcome", "labelled")).isEqualTo(250);
      assertThat(counter("labels", "outcome", "repeated")).isEqualTo(1);
      assertThat(counter("failures")).isZero();
      assertThat(counter("dropped")).isZero();
      assertThat(counter("left.out")).isZero();
      assertThat(gauge("counted.share")).isEqualTo(1);
      assertThat(counter("alarms.suppressed")).isZero();
      assertThat(gauge("waiting")).isZero();
      assertThat(gauge("incidents", "kind", "drift")).isEqualTo(1);
      assertThat(gauge("incidents", "kind", "performance")).isZero();
      assertThat(gauge("coverage")).isEqualTo(0.25);
      assertThat(gauge("performance", "figure", "roc_auc")).isEqualTo(0.5); // all scores are equal
      // A shift of 0.5 is 0.5 / sqrt(1/12) standard deviations; the bound is 0.1.
      assertThat(gauge("drift", "column", "x")).isCloseTo(17.3, within(2.0));
      assertThat(gauge("drift", "column", "z")).isLessThan(1);
      assertThat(gauge("drifted", "column", "x")).isEqualTo(1);
      assertThat(gauge("drifted", "column", "z")).isZero();
      answer(monitor, 0);
      answer(monitor, 0);
      monitor.flush();
      assertThat(gauge("drift", "column", "x")).isLessThan(1);
      assertThat(gauge("drifted", "column", "x")).isZero();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void performanceNeedsNoWatchOfDrift() {
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference())
                .everyRow()
                .without(Watched.FEATURES, Watched.OUTPUTS)
                .labels(LabelJoin.byKey("key"))
                .start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(registry);
      answer(monitor, 0);
      for (int i = 0; i < 250; i++) {
        monitor.label("k" + i, i % 2);
      }
      monitor.flush();
      assertThat(gauge("coverage")).isEqualTo(0.25);
      assertThat(gauge("performance", "figure", "roc_auc")).isEqualTo(0.5);
    }
  }

  @Test
  void performanceIsThatOfTheVersionThatServesAndNotOfACanary() {
    ServedBy canary = ServedBy.of("m", Digest.sha256(new byte[] {2}), null, null, "engine");
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference())
                .everyRow()
                .window(Window.ofRows(ROWS))
                .labels(LabelJoin.byKey("key"))
                .start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(registry);
      answer(monitor, 0);
      monitor.label("k0", 1);
      monitor.flush();
      try (FeatureBatch features = rows(0, "other ");
          FeatureBatch outputs =
              FeatureBatch.builder(allocator).doubles("score", new double[ROWS]).build()) {
        monitor.onInference(
            Events.answered(canary, InferenceEvent.Route.CANARY, features, outputs));
      }
      monitor.flush();
      assertThat(monitor.newestWindow().orElseThrow().servedBy()).isEqualTo(canary);
      assertThat(monitor.serving()).contains(V1);
      assertThat(gauge("coverage")).isEqualTo(0.001);
    }
  }

  @Test
  void effectsOfSlicesAreTheLargest() {
    FeatureBatch batch = rows(0);
    SlicedProfile slices;
    try (batch) {
      slices = SlicedProfile.of(reference(), Slices.by("key").atMost(1), List.of(batch));
    }
    try (ModelMonitor monitor =
            ModelMonitor.builder(slices).everyRow().window(Window.ofRows(ROWS)).start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(registry);
      answer(monitor, 0.5);
      monitor.flush();
      assertThat(gauge("drift", "column", "x")).isGreaterThan(10);
    }
  }

  /** Each name of the dashboard is one that a Prometheus server gets. */
  @Test
  void theDashboardAsksForMetersThatExist() throws Exception {
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("../docs/grafana/monitor.json").toFile());
    Set<String> asked = new TreeSet<>();
    for (JsonNode expression : dashboard.findValues("expr")) {
      Pattern.compile("mlops4j_[a-z_]+")
          .matcher(expression.textValue())
          .results()
          .forEach(name -> asked.add(name.group()));
    }
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference()).everyRow().labels(LabelJoin.byKey("key")).start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(prometheus);
      Set<String> given =
          prometheus
              .scrape()
              .lines()
              .filter(line -> line.startsWith("mlops4j"))
              .map(line -> line.replaceAll("[{ ].*", ""))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(asked).hasSizeGreaterThan(8);
      assertThat(given).containsAll(asked);
    }
  }

  @Test
  void seriesAreBounded() {
    List<FieldVector> columns =
        IntStream.range(0, 1_200)
            .<FieldVector>mapToObj(
                i -> {
                  Float8Vector column = new Float8Vector("c" + i, allocator);
                  column.allocateNew(60);
                  IntStream.range(0, 60).forEach(row -> column.set(row, random.nextDouble()));
                  column.setValueCount(60);
                  return column;
                })
            .toList();
    Profile wide;
    try (VectorSchemaRoot root = new VectorSchemaRoot(columns)) {
      root.setRowCount(60);
      wide = Profile.of(List.of(FeatureBatch.of(root)));
    }
    try (ModelMonitor monitor =
            ModelMonitor.builder(wide).everyRow().labels(LabelJoin.byPredictionId()).start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(registry);
      assertThat(registry.getMeters()).hasSizeBetween(1_900, 2_000);
      assertThat(gauge("columns.unmetered")).isEqualTo(270);
    }
  }

  private FeatureBatch vectors(float shift) {
    Field child =
        Field.nullable("$data$", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));
    FieldType type = FieldType.nullable(new ArrowType.FixedSizeList(1));
    FixedSizeListVector vectors =
        (FixedSizeListVector) new Field("vector", type, List.of(child)).createVector(allocator);
    float[][] values = new float[ROWS][1];
    for (float[] value : values) {
      value[0] = random.nextFloat() + shift;
    }
    Columns.fill(vectors, values);
    try (FeatureBatch batch = rows(0)) {
      return FeatureBatch.owning(Columns.with(batch, vectors).root());
    }
  }

  @Test
  void aVectorHasTheMetersOfItsParts() {
    Profile reference;
    try (FeatureBatch batch = vectors(0)) {
      reference = Profile.builder().except("key").add(batch).build();
    }
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference).everyRow().window(Window.ofRows(ROWS)).start();
        MonitorMeters meters = MonitorMeters.of(monitor)) {
      meters.bindTo(registry);
      try (FeatureBatch features = vectors(1);
          FeatureBatch outputs =
              FeatureBatch.builder(allocator).doubles("score", new double[ROWS]).build()) {
        monitor.onInference(Events.answered(V1, features, outputs));
      }
      monitor.flush();
      assertThat(gauge("incidents", "kind", "drift")).isEqualTo(1);
      for (String part : List.of("vector.norm", "vector.projection")) {
        assertThat(gauge("drift", "column", part)).isGreaterThan(1);
        assertThat(gauge("drifted", "column", part)).isEqualTo(1);
      }
      assertThat(registry.find("mlops4j.monitor.drift").tag("column", "vector").gauge()).isNull();
    }
  }
}
