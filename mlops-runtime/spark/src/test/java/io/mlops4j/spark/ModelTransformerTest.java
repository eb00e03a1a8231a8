package io.mlops4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

/** Pipelines that make a vector of a text and a number, and score it. */
class ModelTransformerTest {
  private static final String CLASSIFIER = "models/classifier.onnx";

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = Sessions.local();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> flights() {
    return spark.sql(
        "SELECT * FROM VALUES ('b', 1.5D), ('a', -2D), ('b', 0.25D), ('c', 3D), ('b', 4D), ('a',"
            + " 0D) AS flights(origin, hours)");
  }

  /** What the stages before the model make of the rows: the most frequent origin is 0. */
  private static float[][] vectors() {
    return new float[][] {{0, 1.5f}, {1, -2}, {0, 0.25f}, {2, 3}, {0, 4}, {1, 0}};
  }

  /** The probabilities that ONNX Runtime computes alone. */
  private static float[][] expected() throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session =
            environment.createSession(Sessions.model(CLASSIFIER).toString(), options);
        OnnxTensor x = OnnxTensor.createTensor(environment, vectors());
        OrtSession.Result result = session.run(Map.of("x", x), Set.of("probabilities"))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static void assertScored(Dataset<Row> scored) throws OrtException {
    float[][] expected = expected();
    List<Row> rows = scored.collectAsList();
    assertThat(rows).hasSize(expected.length);
    for (int r = 0; r < expected.length; r++) {
      List<Float> found = rows.get(r).getList(rows.get(r).fieldIndex("probabilities"));
      assertThat(found).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(found.get(i)).as("row %d", r).isEqualTo(expected[r][i]);
      }
    }
  }

  private RegistryAddress registry() {
    return Sessions.folder(folder.resolve("registry"), "classes", CLASSIFIER);
  }

  private static SparkModel load(RegistryAddress registry) {
    return SparkModel.builder(spark, registry, "classes@champion").outputs("probabilities").load();
  }

  private static Pipeline pipeline(SparkModel model) {
    return new Pipeline()
        .setStages(
            new PipelineStage[] {
              new StringIndexer().setInputCol("origin").setOutputCol("number"),
              new VectorAssembler()
                  .setInputCols(new String[] {"number", "hours"})
                  .setOutputCol("x"),
              ModelTransformer.of(model)
            });
  }

  private static ModelTransformer last(PipelineModel fitted) {
    return (ModelTransformer) fitted.stages()[2];
  }

  /** Saves a fitted pipeline, and closes its model. */
  private String saved(RegistryAddress registry) throws IOException {
    String path = folder.resolve("pipeline").toString();
    try (SparkModel model = load(registry)) {
      pipeline(model).fit(flights()).write().save(path);
    }
    return path;
  }

  @Test
  void aModelIsAStageOfAPipeline() throws Exception {
    try (SparkModel model = load(registry())) {
      Pipeline pipeline = pipeline(model);
      PipelineModel fitted = pipeline.fit(flights());
      Dataset<Row> scored = fitted.transform(flights());
      assertThat(scored.columns())
          .containsExactly("origin", "hours", "number", "x", "probabilities");
      assertThat(scored.schema().apply("x").dataType()).isEqualTo(SQLDataTypes.VectorType());
      assertScored(scored);
      assertThat(model.figures().rows()).isEqualTo(6);
      StructType promised = fitted.transformSchema(flights().schema());
      assertThat(promised.apply("probabilities")).isEqualTo(scored.schema().apply("probabilities"));
      assertThat(promised.fieldNames()).containsExactly(scored.columns());
      assertScored(fitted.copy(fitted.extractParamMap()).transform(flights()));
    }
  }

  @Test
  void aSavedPipelineAnswersWithTheVersionThatWasSaved() throws Exception {
    String path = saved(registry());
    try (ModelRegistry all = FileModelRegistry.open(folder.resolve("registry"))) {
      Sessions.publish(all, "classes", "models/mlp4.onnx"); // the alias moves
    }
    PipelineModel loaded = PipelineModel.load(path);
    assertScored(loaded.transform(flights()));
    assertScored(loaded.copy(loaded.extractParamMap()).transform(flights()));
    assertThat(last(loaded).model().version()).hasToString("classes:1");
    assertThat(last(loaded).model().figures().rows()).isEqualTo(6);
  }

  @Test
  void aPipelineThatIsNotFittedIsSavedToo() throws Exception {
    String path = folder.resolve("unfitted").toString();
    try (SparkModel model = load(registry())) {
      pipeline(model).write().save(path);
    }
    assertScored(Pipeline.load(path).fit(flights()).transform(flights()));
  }

  /** What Java's serialisation makes of it, as in another process. */
  private static PipelineModel serialised(PipelineModel fitted)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(fitted);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (PipelineModel) in.readObject();
    }
  }

  @Test
  void aPipelineThatWasSerialisedOpensItsModelAgain() throws Exception {
    PipelineModel read;
    try (SparkModel model = load(registry())) {
      read = serialised(pipeline(model).fit(flights()));
    }
    assertThat(read.transformSchema(flights().schema()).fieldNames()).contains("probabilities");
    assertScored(read.transform(flights()));
    assertScored(read.copy(read.extractParamMap()).transform(flights()));
    assertScored(serialised(read).transform(flights()));
    assertThat(last(read).uid()).isEqualTo(last(serialised(read)).uid());
    assertThat(last(read).model().version()).hasToString("classes:1");
  }

  @Test
  void aSerialisedPipelineRefusesOtherBytesToo() throws Exception {
    PipelineModel read;
    try (SparkModel model = load(registry())) {
      read = serialised(pipeline(model).fit(flights()));
    }
    Files.move(folder.resolve("registry"), folder.resolve("before"));
    Sessions.folder(folder.resolve("registry"), "classes", "models/classifier_zipmap.onnx");
    assertThatThrownBy(() -> read.transform(flights()))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("as saved with the pipeline");
  }

  @Test
  void aCrossValidatorCopiesTheStage() throws Exception {
    try (SparkModel model = load(registry())) {
      Pipeline pipeline = pipeline(model);
      StringIndexer indexer = (StringIndexer) pipeline.getStages()[0];
      CrossValidatorModel best =
          new CrossValidator()
              .setEstimator(pipeline)
              .setEvaluator(
                  new RegressionEvaluator().setLabelCol("hours").setPredictionCol("number"))
              .setEstimatorParamMaps(
                  new ParamGridBuilder()
                      .addGrid(
                          indexer.handleInvalid(), CollectionConverters.asScala(List.of("keep")))
                      .build())
              .setNumFolds(2)
              .setSeed(1)
              .setParallelism(2)
              .setCollectSubModels(true)
              .fit(flights());
      assertScored(best.bestModel().transform(flights()));
      PipelineModel part = (PipelineModel) best.subModels()[0][0];
      assertThat(last(part).model()).isSameAs(model);
    }
  }

  @Test
  void otherBytesThanThoseThatWereSavedAreRefused() throws Exception {
    String path = saved(registry());
    Files.move(folder.resolve("registry"), folder.resolve("before"));
    Sessions.folder(folder.resolve("registry"), "classes", "models/classifier_zipmap.onnx");
    PipelineModel loaded = PipelineModel.load(path);
    assertThatThrownBy(() -> loaded.transform(flights()))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("as saved with the pipeline");
  }

  @Test
  void thePasswordOfADatabaseIsNotSaved() throws Exception {
    String address = "jdbc:h2:mem:pipeline";
    Properties properties = new Properties();
    properties.putAll(Map.of("user", "SCORING", "password", "s3cret"));
    try (ModelRegistry all =
        JdbcModelRegistry.builder(address + ";DB_CLOSE_DELAY=-1", properties).open()) {
      Sessions.publish(all, "classes", CLASSIFIER);
    }
    String path = saved(RegistryAddress.jdbc(address + ";USER=SCORING;PASSWORD=s3cret", Map.of()));
    try (Stream<Path> files = Files.walk(Path.of(path))) {
      String all =
          files
              .filter(Files::isRegularFile)
              .map(ModelTransformerTest::text)
              .collect(Collectors.joining());
      assertThat(all).contains(address).doesNotContain("s3cret");
    }
    PipelineModel loaded = PipelineModel.load(path);
    assertThatThrownBy(() -> loaded.transform(flights())).isInstanceOf(RegistryException.class);
    spark.conf().set("spark.mlops4j.registry.user", "SCORING");
    spark.conf().set("spark.mlops4j.registry.password", "s3cret");
    try {
      assertScored(loaded.transform(flights()));
    } finally {
      spark.conf().unset("spark.mlops4j.registry.user");
      spark.conf().unset("spark.mlops4j.registry.password");
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void columnsThatDoNotFitAreRefusedBeforeAnyStageIsFitted() {
    try (SparkModel model = load(registry())) {
      Pipeline without = new Pipeline().setStages(new PipelineStage[] {ModelTransformer.of(model)});
      assertThatThrownBy(() -> without.fit(flights()))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found");
      assertThatThrownBy(() -> pipeline(model).fit(flights().withColumnRenamed("hours", "h")))
          .hasMessageContaining("hours");
      assertThatThrownBy(() -> without.fit(spark.sql("SELECT array(1F, 2F) x, 1 probabilities")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("\"probabilities\"");
    }
  }

  @Test
  void aLoadedStageClosesItsModelWhenTheApplicationEnds() throws Exception {
    PipelineModel loaded = PipelineModel.load(saved(registry()));
    assertScored(loaded.transform(flights()));
    SparkModel model = last(loaded).model();
    assertThat(ExecutorModels.has(model.pinned())).isTrue();
    spark.stop();
    spark = Sessions.local();
    assertThat(ExecutorModels.has(model.pinned())).isFalse();
    assertThatThrownBy(() -> model.transform(flights())).hasMessageContaining("closed");
  }
}
