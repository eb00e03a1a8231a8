package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole pipelines of scikit-learn: real data, missing values, categories, and its own answers. */
@SuppressWarnings("ArrayRecordComponent") // several values a row
class PenguinPipelineTest {
  private static final Path MODELS =
      Path.of("src/test/resources/io/mlops4j/runtime/models/sklearn");
  private static final double TOLERANCE = 1e-6;
  private static final List<String> MEASURES =
      List.of("beak_length", "beak_depth", "flipper_length", "body_mass");
  private static final List<String> CATEGORIES = List.of("island", "sex");

  private static final JsonNode GOLDEN = read();

  private final ModelRuntime runtime = ModelRuntime.builder().strict().threads(1).open();

  @AfterEach
  void nothingIsForgotten() {
    try {
      assertThat(runtime.allocator().getAllocatedMemory()).isZero();
    } finally {
      runtime.close();
    }
    assertThat(runtime.hostBytes()).isZero();
  }

  private record Penguin(
      @Nullable Float beak_length,
      @Nullable Float beak_depth,
      @Nullable Float flipper_length,
      @Nullable Float body_mass,
      @Nullable String island,
      @Nullable String sex) {
    static Penguin of(JsonNode rows, int row) {
      return new Penguin(
          number(rows.get("beak_length").get(row)),
          number(rows.get("beak_depth").get(row)),
          number(rows.get("flipper_length").get(row)),
          number(rows.get("body_mass").get(row)),
          text(rows.get("island").get(row)),
          text(rows.get("sex").get(row)));
    }

    Unweighed unweighed() {
      return new Unweighed(beak_length, beak_depth, flipper_length, island, sex);
    }
  }

  private record Unweighed(
      @Nullable Float beak_length,
      @Nullable Float beak_depth,
      @Nullable Float flipper_length,
      @Nullable String island,
      @Nullable String sex) {}

  private record Species(String label, float[] probabilities) {}

  private record ZippedSpecies(String label, Map<String, Float> by_species) {}

  private record Mass(float kilograms) {}

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(MODELS.resolve("penguins.json").toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Float number(JsonNode json) {
    return json.isNull() ? null : (Float) (float) json.doubleValue();
  }

  private static @Nullable String text(JsonNode json) {
    return json.isNull() ? null : json.textValue();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .flatMap(
            n -> n.isArray() ? StreamSupport.stream(n.spliterator(), false) : List.of(n).stream())
        .mapToDouble(JsonNode::doubleValue)
        .toArray();
  }

  private Model load(String name, List<String> measures) {
    return runtime.load(
        MODELS.resolve(name), LoadOptions.builder().features(schema(measures)).build());
  }

  private static FeatureSchema schema(List<String> measures) {
    List<Feature> features = new ArrayList<>();
    measures.forEach(m -> features.add(Feature.of(m).withNulls(NullPolicy.nan())));
    CATEGORIES.forEach(
        c -> features.add(Feature.of(c).withNulls(NullPolicy.replaceWith("missing"))));
    return FeatureSchema.of(features.toArray(Feature[]::new));
  }

  private Model load(String name) {
    return load(name, name.contains("mass") ? MEASURES.subList(0, 3) : MEASURES);
  }

  private List<FieldVector> plain(JsonNode rows) {
    List<FieldVector> vectors = new ArrayList<>();
    MEASURES.forEach(measure -> vectors.add(floats(measure, rows.get(measure))));
    CATEGORIES.forEach(category -> vectors.add(strings(category, rows.get(category))));
    return vectors;
  }

  private Float4Vector floats(String name, JsonNode values) {
    Float4Vector vector = new Float4Vector(name, runtime.allocator());
    for (int row = 0; row < values.size(); row++) {
      Float number = number(values.get(row));
      if (number != null) {
        vector.setSafe(row, number);
      }
    }
    vector.setValueCount(values.size());
    return vector;
  }

  private VarCharVector strings(String name, JsonNode values) {
    VarCharVector vector = new VarCharVector(name, runtime.allocator());
    for (int row = 0; row < values.size(); row++) {
      String text = text(values.get(row));
      if (text != null) {
        vector.setSafe(row, new Text(text));
      }
    }
    vector.setValueCount(values.size());
    return vector;
  }

  private FeatureBatch batch(JsonNode rows) {
    try (VectorSchemaRoot root = new VectorSchemaRoot(plain(rows))) {
      return FeatureBatch.owning(root);
    }
  }

  /** The same rows, categories as codes of a dictionary each. */
  private FeatureBatch encoded(JsonNode rows) {
    DictionaryProvider.MapDictionaryProvider dictionaries =
        new DictionaryProvider.MapDictionaryProvider();
    List<FieldVector> vectors = new ArrayList<>();
    List<ValueVector> texts = new ArrayList<>();
    for (FieldVector vector : plain(rows)) {
      if (vector instanceof VarCharVector text) {
        Dictionary dictionary = dictionary(text, texts.size());
        dictionaries.put(dictionary);
        vectors.add((FieldVector) DictionaryEncoder.encode(text, dictionary));
        texts.add(text);
        texts.add(dictionary.getVector());
      } else {
        vectors.add(vector);
      }
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(vectors)) {
      return FeatureBatch.owning(root, dictionaries);
    } finally {
      texts.forEach(ValueVector::close);
    }
  }

  private Dictionary dictionary(VarCharVector values, long id) {
    Set<String> distinct = new LinkedHashSet<>();
    for (int row = 0; row < values.getValueCount(); row++) {
      if (!values.isNull(row)) {
        distinct.add(values.getObject(row).toString());
      }
    }
    VarCharVector words = new VarCharVector("words", runtime.allocator());
    int count = 0;
    for (String word : distinct) {
      words.setSafe(count++, new Text(word));
    }
    words.setValueCount(count);
    return new Dictionary(words, new DictionaryEncoding(id, false, new ArrowType.Int(8, true)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"regression", "forest"})
  void speciesAreThoseOfScikitLearn(String name) {
    try (Model model = load("penguins_" + name + ".onnx");
        FeatureBatch plain = batch(GOLDEN.get("rows"));
        FeatureBatch encoded = encoded(GOLDEN.get("rows"));
        Prediction fromPlain = model.predict(plain);
        Prediction fromEncoded = model.predict(encoded)) {
      assertThat(fromPlain.strings("label")).containsExactlyElementsOf(labels(name));
      assertThat(fromPlain.doubles("probabilities"))
          .containsExactly(numbers(GOLDEN.get(name).get("probabilities")), within(TOLERANCE));
      assertThat(fromEncoded.strings("label")).containsExactly(fromPlain.strings("label"));
      assertThat(fromEncoded.floats("probabilities"))
          .containsExactly(fromPlain.floats("probabilities"));
    }
  }

  private static List<String> labels(String name) {
    return texts(GOLDEN.get(name).get("label"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"regression", "forest"})
  void recordsAnswerAsColumns(String name) {
    try (Model model = load("penguins_" + name + ".onnx");
        FeatureBatch batch = batch(GOLDEN.get("rows"));
        Prediction prediction = model.predict(batch)) {
      String[] labels = prediction.strings("label");
      float[] probabilities = prediction.floats("probabilities");
      RowModel<Penguin, Species> bound = model.rows(Penguin.class, Species.class);
      List<Penguin> penguins =
          IntStream.range(0, batch.rows())
              .mapToObj(row -> Penguin.of(GOLDEN.get("rows"), row))
              .toList();
      List<Species> together = bound.predict(penguins);
      for (int row = 0; row < penguins.size(); row++) {
        float[] own = {
          probabilities[3 * row], probabilities[3 * row + 1], probabilities[3 * row + 2]
        };
        assertThat(together.get(row).label()).isEqualTo(labels[row]);
        assertThat(together.get(row).probabilities()).containsExactly(own);
        // ONNX Runtime itself adds up one row in another order than many.
        Species alone = bound.predict(penguins.get(row));
        assertThat(alone.label()).isEqualTo(labels[row]);
        assertThat(alone.probabilities()).containsExactly(own, within((float) TOLERANCE));
      }
    }
  }

  @Test
  void zipMapAnswersWithAMapForEachRow() {
    JsonNode expected = GOLDEN.get("regression").get("probabilities");
    List<String> classes = List.of("Adelie", "Chinstrap", "Gentoo");
    try (Model matrix = load("penguins_regression.onnx");
        Model zipped = load("penguins_zipmap.onnx");
        FeatureBatch batch = batch(GOLDEN.get("rows"));
        Prediction probabilities = matrix.predict(batch);
        Prediction maps = zipped.predict(batch)) {
      float[] same = probabilities.floats("probabilities");
      MapVector vector = (MapVector) maps.vector("by_species");
      List<ZippedSpecies> records =
          zipped
              .rows(Penguin.class, ZippedSpecies.class)
              .predict(
                  IntStream.range(0, batch.rows())
                      .mapToObj(row -> Penguin.of(GOLDEN.get("rows"), row))
                      .toList());
      assertThat(vector.getValueCount()).isEqualTo(expected.size());
      for (int row = 0; row < expected.size(); row++) {
        Map<String, Float> map = map(vector, row);
        assertThat(map.keySet()).containsExactlyElementsOf(classes);
        assertThat(records.get(row).by_species()).isEqualTo(map);
        for (int i = 0; i < 3; i++) {
          assertThat(map.get(classes.get(i)))
              .isEqualTo(same[3 * row + i])
              .isCloseTo((float) expected.get(row).get(i).doubleValue(), within(1e-6f));
        }
      }
    }
  }

  private static Map<String, Float> map(MapVector vector, int row) {
    Map<String, Float> map = new LinkedHashMap<>();
    for (Object entry : (List<?>) vector.getObject(row)) {
      Map<?, ?> pair = (Map<?, ?>) entry;
      map.put(pair.get(MapVector.KEY_NAME).toString(), (Float) pair.get(MapVector.VALUE_NAME));
    }
    return map;
  }

  @Test
  void treesTurnAtTheirThresholdsAsInScikitLearn() {
    JsonNode edges = GOLDEN.get("edges");
    try (Model model = load("penguins_forest.onnx");
        FeatureBatch batch = batch(edges.get("rows"));
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.strings("label")).containsExactlyElementsOf(texts(edges.get("label")));
      assertThat(prediction.doubles("probabilities"))
          .containsExactly(numbers(edges.get("probabilities")), within(TOLERANCE));
    }
  }

  @Test
  void massIsThatOfScikitLearn() {
    double[] expected = numbers(GOLDEN.get("mass").get("kilograms"));
    try (Model model = load("penguins_mass.onnx");
        FeatureBatch plain = batch(GOLDEN.get("rows"));
        FeatureBatch encoded = encoded(GOLDEN.get("rows"));
        Prediction fromPlain = model.predict(plain);
        Prediction fromEncoded = model.predict(encoded)) {
      assertThat(fromPlain.doubles("kilograms")).containsExactly(expected, within(TOLERANCE));
      assertThat(fromEncoded.floats("kilograms")).containsExactly(fromPlain.floats("kilograms"));
      RowModel<Unweighed, Mass> bound = model.rows(Unweighed.class, Mass.class);
      for (int row = 0; row < expected.length; row++) {
        Penguin penguin = Penguin.of(GOLDEN.get("rows"), row);
        assertThat(bound.predict(penguin.unweighed()).kilograms())
            .isEqualTo((float) expected[row], within((float) TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"penguins_regression.onnx", "penguins_forest.onnx", "penguins_mass.onnx"})
  void numbersAreThoseOfRawOnnxRuntimeBitForBit(String name) throws Exception {
    String output = name.contains("mass") ? "kilograms" : "probabilities";
    try (Model model = load(name);
        FeatureBatch batch = batch(GOLDEN.get("rows"));
        Prediction prediction = model.predict(batch)) {
      assertThat(prediction.floats(output)).containsExactly(raw(name, output));
    }
  }

  private static float[] raw(String name, String output) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (OrtSession.SessionOptions options = oneThread();
        OrtSession session = environment.createSession(MODELS.resolve(name).toString(), options)) {
      for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
        JsonNode values = GOLDEN.get("rows").get(input.getKey());
        long[] shape = new long[((TensorInfo) input.getValue().getInfo()).getShape().length];
        Arrays.fill(shape, 1);
        shape[0] = values.size();
        feeds.put(input.getKey(), tensor(environment, input.getKey(), values, shape));
      }
      try (OrtSession.Result result = session.run(feeds)) {
        FloatBuffer answers = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
        float[] floats = new float[answers.remaining()];
        answers.get(floats);
        return floats;
      }
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  /** As the runtime here: what trees say is added up thread by thread. */
  private static OrtSession.SessionOptions oneThread() throws Exception {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return options;
  }

  private static OnnxTensor tensor(
      OrtEnvironment environment, String name, JsonNode values, long[] shape) throws Exception {
    if (CATEGORIES.contains(name)) {
      String[] texts = new String[values.size()];
      for (int row = 0; row < texts.length; row++) {
        texts[row] = values.get(row).isNull() ? "missing" : values.get(row).textValue();
      }
      return OnnxTensor.createTensor(environment, texts, shape);
    }
    float[] numbers = new float[values.size()];
    for (int row = 0; row < numbers.length; row++) {
      JsonNode value = values.get(row);
      numbers[row] = value.isNull() ? Float.NaN : (float) value.doubleValue();
    }
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(numbers), shape);
  }

  @ParameterizedTest
  @ValueSource(strings = {"regression", "forest"})
  void thePublishedPipelineChecksItselfWithTheAnswersOfScikitLearn(
      String name, @TempDir Path folder) {
    GoldenRows rows = GoldenRows.within(TOLERANCE);
    for (String measure : MEASURES) {
      rows = rows.withInput(measure, objects(GOLDEN.get("rows").get(measure)));
    }
    for (String category : CATEGORIES) {
      rows = rows.withInput(category, objects(GOLDEN.get("rows").get(category)));
    }
    Object[] labels = objects(GOLDEN.get(name).get("label"));
    Object[] probabilities = objects(GOLDEN.get(name).get("probabilities"));
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      GoldenRows right =
          rows.withOutput("label", labels).withOutput("probabilities", probabilities);
      registry.assign("penguins@champion", publish(registry, name, right), Change.by("test"));
      try (Deployment penguins =
              runtime.deployment("penguins@champion").from(registry).actor("test").start();
          FeatureBatch batch = batch(GOLDEN.get("rows"));
          Prediction prediction = penguins.predict(batch)) {
        assertThat(prediction.strings("label")).containsExactlyElementsOf(labels(name));
      }
      List<Object> last = new ArrayList<>((List<?>) probabilities[7]);
      last.set(2, (double) last.get(2) + 1e-5);
      probabilities[7] = last;
      GoldenRows wrong = rows.withOutput("probabilities", probabilities);
      registry.assign("penguins@champion", publish(registry, name, wrong), Change.by("test"));
      assertThatThrownBy(
              () -> runtime.deployment("penguins@champion").from(registry).actor("test").start())
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("probabilities in row 7 at 2");
    }
  }

  private static ModelVersion publish(ModelRegistry registry, String name, GoldenRows rows) {
    return registry.publish(
        ModelCard.builder("penguins").features(schema(MEASURES)).goldenRows(rows).build(),
        MODELS.resolve("penguins_" + name + ".onnx"));
  }

  private static Object[] objects(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(
            value ->
                value.isNull()
                    ? null
                    : value.isArray()
                        ? List.of(objects(value))
                        : value.isTextual() ? value.textValue() : (Object) value.doubleValue())
        .toArray();
  }

  @Test
  void missingValuesWithoutAPolicyAreNamed() {
    try (Model model = runtime.load(MODELS.resolve("penguins_forest.onnx"));
        FeatureBatch batch = batch(GOLDEN.get("rows"))) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("beak_length: found 3 nulls, the first in row 3")
          .hasMessageContaining("NaN for all of them with LoadOptions.lenientColumns");
    }
  }

  private static Feature missing(String name) {
    return Feature.of(name).withNulls(NullPolicy.replaceWith("missing"));
  }

  /** A file of pandas: the texts have rules of their own, and nothing is said of the numbers. */
  @Test
  void rulesForTextsAndLenientColumnsTakeTheMissingValuesOfPandas() {
    LoadOptions.Builder options = LoadOptions.builder().lenientColumns();
    try (FeatureBatch batch = batch(GOLDEN.get("rows"))) {
      try (Model noRules = runtime.load(MODELS.resolve("penguins_forest.onnx"), options.build())) {
        assertThatThrownBy(() -> noRules.predict(batch))
            .isInstanceOf(ModelInputException.class)
            .hasMessageContaining("island: found a null in row 347")
            .hasMessageContaining("for one with its null policy in the card or in")
            .hasMessageContaining("LoadOptions.feature");
      }
      LoadOptions ruled = options.feature(missing("sex")).feature(missing("island")).build();
      try (Model model = runtime.load(MODELS.resolve("penguins_forest.onnx"), ruled);
          Prediction prediction = model.predict(batch)) {
        assertThat(prediction.strings("label")).containsExactlyElementsOf(labels("forest"));
      }
    }
  }

  /** The machine that serves the alias needs no option. */
  @Test
  void aCardHoldsRulesAndLenientColumns(@TempDir Path folder) {
    ModelCard card =
        ModelCard.builder("penguins")
            .lenientColumns()
            .feature(missing("sex"))
            .feature(missing("island"))
            .build();
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      Path forest = MODELS.resolve("penguins_forest.onnx");
      ModelVersion version = runtime.publish(registry, card, forest);
      registry.assign("penguins@champion", version, Change.by("test"));
      try (Deployment penguins =
              runtime.deployment("penguins@champion").from(registry).actor("test").start();
          FeatureBatch batch = batch(GOLDEN.get("rows"));
          Prediction prediction = penguins.predict(batch)) {
        assertThat(prediction.strings("label")).containsExactlyElementsOf(labels("forest"));
      }
      // A rule of the options replaces that of the card; a schema of the options all of the card.
      Feature strict = Feature.of("sex");
      try (Model model =
          runtime.load(registry, "penguins:1", LoadOptions.builder().feature(strict).build())) {
        assertThat(model.features().features())
            .extracting(Feature::nulls)
            .containsExactly(
                NullPolicy.nan(),
                NullPolicy.nan(),
                NullPolicy.nan(),
                NullPolicy.nan(),
                NullPolicy.replaceWith("missing"),
                NullPolicy.reject());
      }
      FeatureSchema names = schema(MEASURES).withEach(feature -> Feature.of(feature.name()));
      LoadOptions stated = LoadOptions.builder().features(names).feature(missing("sex")).build();
      try (Model model = runtime.load(registry, "penguins:1", stated)) {
        assertThat(model.features())
            .isEqualTo(names.withEach(each -> each.name().equals("sex") ? missing("sex") : each));
      }
      ModelCard mistyped = ModelCard.builder("penguins").feature(missing("iland")).build();
      assertThatThrownBy(() -> runtime.publish(registry, mistyped, forest))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(
              "feature iland: found a rule for it, but the model has no such feature, expected one"
                  + " of beak_length, beak_depth, flipper_length, body_mass, island, sex")
          .hasMessageContaining("did you mean \"island\"");
    }
  }
}
