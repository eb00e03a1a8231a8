package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology of the guide to Kafka, on Kafka's own driver of topologies, with a deployment. */
class KafkaStreamsRecipeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String CHAMPION = "flight-delay@champion";
  private static final String LONG = "2176,7,1,LAS,PHL";
  private static final String SHORT = "190,18,5,ORD,DTW";

  /** The model takes every flight that can be parsed, so the test rejects this one itself. */
  private static final String REJECTED = "-1,7,1,LAS,PHL";

  @TempDir private Path folder;

  private ModelRuntime runtime;
  private ModelRegistry registry;
  private Deployment model;
  private URLClassLoader guide;
  private TopologyTestDriver driver;
  private TestInputTopic<String, String> flights;
  private TestOutputTopic<String, String> delays;
  private TestOutputTopic<String, String> rejected;

  @BeforeEach
  void start() throws Exception {
    runtime = ModelRuntime.open();
    registry = FileModelRegistry.open(folder.resolve("registry"));
    assign(1);
    model = runtime.deployment(CHAMPION).from(registry).actor("delays").start();
    Path classes = folder.resolve("classes");
    classes.toFile().mkdir();
    JavaBlock recipe =
        JavaBlock.of(ROOT.resolve("docs/kafka.md")).stream()
            .filter(block -> block.className().equals("ScoreStreams"))
            .findFirst()
            .orElseThrow();
    assertThat(new BlockCompiler(classes).errors(recipe)).isEmpty();
    guide = new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
    driver = new TopologyTestDriver(topology(), settings());
    flights = driver.createInputTopic("flights", new StringSerializer(), new StringSerializer());
    delays = output("delays");
    rejected = output("rejected");
  }

  @AfterEach
  void end() throws Exception {
    try {
      driver.close();
      guide.close();
    } finally {
      model.close();
      registry.close();
      long lent = runtime.allocator().getAllocatedMemory();
      runtime.close();
      assertThat(lent).isZero();
    }
  }

  private static Path file(int number) {
    return ROOT.resolve("samples/quickstart/models/flight-delay-" + number + ".onnx");
  }

  /** Publishes a model of the quickstart, and points the alias to it. */
  private ModelVersion assign(int number) {
    ModelCard card =
        ModelCard.builder("flight-delay")
            .features(FeatureSchema.ofNames("distance", "hour", "weekday", "origin", "destination"))
            .build();
    ModelVersion version = registry.publish(card, file(number));
    registry.assign(CHAMPION, version, Change.by("test"));
    return version;
  }

  private TestOutputTopic<String, String> output(String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer());
  }

  private Properties settings() {
    Properties settings = new Properties();
    settings.put("application.id", "delays");
    settings.put("bootstrap.servers", "localhost:9092"); // the driver connects to nothing
    settings.put("processing.guarantee", "exactly_once_v2");
    settings.put("state.dir", folder.resolve("state").toString());
    return settings;
  }

  /** Calls the method of the guide. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // the types of the guide are compiled here
  private Topology topology() throws Exception {
    Class flight = guide.loadClass("ScoreStreams$Flight");
    Class delay = guide.loadClass("ScoreStreams$Delay");
    RowModel late = rejecting(model.rows(flight, delay));
    Method topology = guide.loadClass("ScoreStreams").getDeclaredMethod("topology", RowModel.class);
    topology.setAccessible(true);
    return (Topology) topology.invoke(null, late);
  }

  private static RowModel<?, ?> rejecting(RowModel<?, ?> all) {
    return (RowModel<?, ?>)
        Proxy.newProxyInstance(
            RowModel.class.getClassLoader(),
            new Class<?>[] {RowModel.class},
            (proxy, method, rows) -> {
              if (rows[0].toString().contains("distance=-1.0")) {
                throw new ModelInputException("distance", "-1", "at least 0");
              }
              try {
                return method.invoke(all, rows);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** The probability that ONNX Runtime computes alone. */
  private static float expected(int number, String line) throws OrtException {
    String[] parts = line.split(",", -1);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file(number).toString(), options);
        OnnxTensor distance =
            OnnxTensor.createTensor(environment, new float[] {Float.parseFloat(parts[0])});
        OnnxTensor hour =
            OnnxTensor.createTensor(environment, new long[] {Long.parseLong(parts[1])});
        OnnxTensor weekday =
            OnnxTensor.createTensor(environment, new long[] {Long.parseLong(parts[2])});
        OnnxTensor origin = OnnxTensor.createTensor(environment, new String[] {parts[3]});
        OnnxTensor destination = OnnxTensor.createTensor(environment, new String[] {parts[4]});
        OrtSession.Result result =
            session.run(
                Map.of(
                    "distance", distance,
                    "hour", hour,
                    "weekday", weekday,
                    "origin", origin,
                    "destination", destination))) {
      return ((float[]) result.get("probability").orElseThrow().getValue())[0];
    }
  }

  private static void assertAnswer(String answer, ModelVersion version, float expected) {
    String[] parts = answer.split(",", -1);
    assertThat(parts).hasSize(2);
    assertThat(Float.parseFloat(parts[0])).isEqualTo(expected, within(1e-6f));
    assertThat(parts[1]).isEqualTo(version.digest().toString());
  }

  @Test
  void eachRecordIsAnsweredByTheVersionThatTheAliasNames() throws Exception {
    ModelVersion first = registry.resolve(CHAMPION);
    flights.pipeInput("a", LONG);
    flights.pipeInput("b", SHORT);
    ModelVersion second = assign(2);
    model.refresh();
    flights.pipeInput("a", LONG);
    List<KeyValue<String, String>> answers = delays.readKeyValuesToList();
    assertThat(answers).extracting(answer -> answer.key).containsExactly("a", "b", "a");
    assertAnswer(answers.get(0).value, first, expected(1, LONG));
    assertAnswer(answers.get(1).value, first, expected(1, SHORT));
    assertAnswer(answers.get(2).value, second, expected(2, LONG));
    assertThat(expected(1, LONG)).isNotEqualTo(expected(2, LONG));
    assertThat(rejected.isEmpty()).isTrue();
  }

  @Test
  void badRecordsGoToATopicOfTheirOwn() {
    flights.pipeInput("a", "no flight");
    flights.pipeInput("b", (String) null);
    flights.pipeInput("c", "far,7,1,LAS,PHL");
    flights.pipeInput("d", REJECTED);
    flights.pipeInput("e", LONG);
    assertThat(rejected.readKeyValuesToList())
        .containsExactly(
            KeyValue.pair("a", "no flight"),
            KeyValue.pair("b", null),
            KeyValue.pair("c", "far,7,1,LAS,PHL"),
            KeyValue.pair("d", REJECTED));
    assertThat(delays.readKeyValuesToList()).extracting(answer -> answer.key).containsExactly("e");
  }

  @Test
  void aClosedModelEndsTheStreamThreadAndRejectsNoRecord() {
    model.close();
    assertThatThrownBy(() -> flights.pipeInput("a", LONG))
        .isInstanceOf(StreamsException.class)
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("closed");
    assertThat(delays.isEmpty()).isTrue();
    assertThat(rejected.isEmpty()).isTrue();
  }
}
