package io.mlops4j.runtime.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.spi.DriftReporter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands that look into models and data: inspect, predict, drift; and what publish loads. */
class ModelCommandsTest {
  private static final String DATABASE = "jdbc:h2:mem:commands";
  private static final Path QUICKSTART = Path.of("../../samples/quickstart").toAbsolutePath();
  private static final Path MODEL = QUICKSTART.resolve("models/flight-delay-1.onnx");

  /** Rows with scikit-learn's own answers; see the sample's training/README.md. */
  private static final Path GOLDEN = QUICKSTART.resolve("models/golden-1.csv");

  @TempDir Path temporary;
  private Path rows;
  private List<String[]> golden;

  @BeforeEach
  void writeGoldenRows() throws Exception {
    golden = Files.readAllLines(GOLDEN).stream().skip(1).map(line -> line.split(",")).toList();
    rows = temporary.resolve("rows.arrow");
    float[] distance = new float[golden.size()];
    long[] hour = new long[golden.size()];
    long[] weekday = new long[golden.size()];
    for (int i = 0; i < golden.size(); i++) {
      distance[i] = Float.parseFloat(golden.get(i)[0]);
      hour[i] = Long.parseLong(golden.get(i)[1]);
      weekday[i] = Long.parseLong(golden.get(i)[2]);
    }
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch =
            FeatureBatch.builder(allocator)
                .strings("flight_id", ids())
                .floats("distance", distance)
                .longs("hour", hour)
                .longs("weekday", weekday)
                .strings("origin", column(3))
                .strings("destination", column(4))
                .build();
        FileChannel channel =
            FileChannel.open(rows, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        ArrowFileWriter writer = new ArrowFileWriter(batch.root(), null, channel)) {
      writer.writeBatch();
    }
  }

  private String[] column(int column) {
    return golden.stream().map(row -> row[column]).toArray(String[]::new);
  }

  private String[] ids() {
    return IntStream.range(0, golden.size()).mapToObj(i -> "flight-" + i).toArray(String[]::new);
  }

  private double expected(int row) {
    return Double.parseDouble(golden.get(row)[5]);
  }

  private static Line.Said run(Object... args) {
    return Line.withoutRegistry().run(args);
  }

  @Test
  void inspectShowsSignatureEngineSizeDigestAndOperators() throws Exception {
    Line.Said said = run("inspect", MODEL, "--json");

    assertThat(said.code()).as(said.err()).isZero();
    JsonNode json = said.json();
    assertThat(json.at("/format").textValue()).isEqualTo("onnx");
    assertThat(json.at("/engine").textValue()).isEqualTo("onnxruntime");
    assertThat(json.at("/bytes").longValue()).isEqualTo(Files.size(MODEL));
    // By sha256sum.
    assertThat(json.at("/digest").textValue())
        .isEqualTo("sha256:a201fdd85c0d1ab766762e3063058c20fddc7bd6d2be84bbd42a851e7580e707");
    assertThat(json.at("/signature/inputs").findValuesAsText("name"))
        .containsExactly("distance", "hour", "weekday", "origin", "destination");
    assertThat(json.at("/signature/outputs").findValuesAsText("name"))
        .containsExactly("probability");
    // By the onnx package: producer_name, opset_import and the nodes' op_type.
    assertThat(json.at("/producer").textValue()).isEqualTo("mlops4j-quickstart");
    assertThat(json.at("/operatorSets").toString()).isEqualTo("{\"ai.onnx\":17,\"ai.onnx.ml\":3}");
    assertThat(json.at("/operators").toString())
        .isEqualTo("{\"Mul\":1,\"Sigmoid\":1,\"Sum\":1,\"ai.onnx.ml.LabelEncoder\":4}");

    assertThat(json.at("/guarded").toString()).isEqualTo("{}");

    assertThat(run("inspect", MODEL).out())
        .contains("engine", "onnxruntime", "sha256:", "probability", "operators")
        .doesNotContain("guarded");
  }

  @Test
  void inspectShowsTheRuleOfEachColumn() throws Exception {
    Path card =
        Files.writeString(
            temporary.resolve("card.json"),
            """
            {"card": 1, "name": "late", "lenientColumns": true, "featureRules": [
              {"name": "origin", "from": "start", "nulls": {"type": "string", "default": ""}}]}""");

    assertThat(run("inspect", MODEL).out())
        .containsPattern("column +distance: a null is refused, a wider type is refused\n")
        .containsPattern("column +origin: a null is refused, a wider type is refused\n");
    String shown = run("inspect", MODEL, "--card", card).out();
    String wider = ", a wider type is converted if each value fits\n";
    assertThat(shown)
        .containsPattern("column +distance: a null becomes NaN" + wider)
        .containsPattern("column +hour: a null is refused" + wider)
        .containsPattern("column +start for origin: a null becomes \"\"" + wider);
    List<Object> named = new ArrayList<>(List.of("inspect", MODEL, "--card", card));
    for (String name : List.of("distance", "hour", "weekday", "origin", "destination")) {
      named.addAll(List.of("--feature", name));
    }
    assertThat(run(named.toArray()).out())
        .as("columns that are named replace those of the card")
        .containsPattern("column +origin: a null is refused, a wider type is refused\n");

    JsonNode columns = run("inspect", MODEL, "--lenient", "--json").json().at("/features/columns");
    assertThat(columns.findValuesAsText("name"))
        .containsExactly("distance", "hour", "weekday", "origin", "destination");
    assertThat(columns.findValuesAsText("nulls")).containsExactly("nan");
    assertThat(columns.findValuesAsText("narrowing")).hasSize(5).containsOnly("checked");
  }

  @Test
  void inspectShowsWhichOperatorsAreGuarded() throws Exception {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17));
    GraphProto.Builder graph = model.getGraphBuilder().setName("g");
    graph.addNodeBuilder().setOpType("Div").addInput("a").addInput("b").addOutput("c");
    for (String name : List.of("a", "b", "c")) {
      ValueInfoProto.Builder value =
          name.equals("c") ? graph.addOutputBuilder() : graph.addInputBuilder();
      TypeProto.Tensor.Builder type = value.setName(name).getTypeBuilder().getTensorTypeBuilder();
      type.setElemType(7).getShapeBuilder().addDimBuilder();
    }
    Path file = Files.write(temporary.resolve("divided.onnx"), model.build().toByteArray());

    assertThat(run("inspect", file, "--json").json().at("/guarded").toString())
        .isEqualTo("{\"Div\":1}");
    assertThat(run("inspect", file).out()).containsPattern("guarded +Div x 1");
  }

  @Test
  void inspectOfWhatIsNoModelFails() throws Exception {
    Path text = Files.writeString(temporary.resolve("model.onnx"), "no model");

    Line.Said said = run("inspect", text, "--json");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("model.onnx").hasLineCount(1);
  }

  @Test
  void predictOfAFileAnswersAsScikitLearnDoes() {
    Line.Said said = run("predict", MODEL, rows, "--json");

    assertThat(said.code()).as(said.err()).isZero();
    JsonNode answers = said.json().get("rows");
    assertThat(answers).hasSize(golden.size());
    for (int i = 0; i < golden.size(); i++) {
      assertThat(answers.get(i).get("probability").doubleValue())
          .as("row " + i)
          .isCloseTo(expected(i), within(1e-5));
    }
  }

  @Test
  void predictOfAPatternSaysHowToScoreItsFiles() throws Exception {
    Path more = Files.createDirectory(temporary.resolve("more"));
    Files.copy(rows, more.resolve("a.arrow"));
    Files.copy(rows, more.resolve("b.arrow"));
    Path pattern = more.resolve("*.arrow");
    Path out = temporary.resolve("scored.arrow");

    Line.Said refused = run("predict", MODEL, pattern, out);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains(pattern + ": found a pattern", "mlops4j convert");
    Path all = temporary.resolve("all.arrow");
    assertThat(run("convert", pattern, all).code()).isZero();
    assertThat(run("predict", MODEL, all, out, "--json").json().get("rows").intValue())
        .isEqualTo(2 * golden.size());
    assertThat(run("predict", MODEL, pattern, "--json").json().get("rows"))
        .hasSize(2 * golden.size());
  }

  @Test
  void predictOfAVersionPutsTheKeyOfItsCardBeforeTheAnswers() throws Exception {
    Line line = Line.of(temporary.resolve("registry"));
    line.run(
        "publish",
        MODEL,
        "--name",
        "late",
        "--key",
        "flight_id",
        "--feature",
        "distance",
        "--feature",
        "hour",
        "--feature",
        "weekday",
        "--feature",
        "origin",
        "--feature",
        "destination");
    line.run("assign", "late@champion", "late:1", "--by", "ana");

    for (String ref : List.of("late:1", "late@champion", "late")) {
      Line.Said said = line.run("predict", ref, rows, "--rows", 2);
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.out().lines().toList()).hasSize(3);
      assertThat(said.out().lines().findFirst().orElseThrow()).matches("flight_id +probability");
      assertThat(said.out()).contains("flight-1 ").doesNotContain("flight-2 ");
    }
    assertThat(line.run("predict", "late:1", rows, "--json").json().get("version").textValue())
        .isEqualTo("late:1");
  }

  @Test
  void withTrustedKeysPredictAndInspectRefuseAModelThatNoneOfThemSigned() throws Exception {
    Path key = TrustOptionsTest.resource("signing-key.pem");
    Path publicKey = TrustOptionsTest.resource("signing-key-pub.pem");
    Line line = Line.of(temporary.resolve("registry"));
    line.run("publish", MODEL, "--name", "late");

    for (Object model : List.of("late:1", MODEL)) {
      for (String option : List.of("--trust", "--version-trust")) {
        Line.Said refused = line.run("predict", model, rows, "--json", option, publicKey);
        assertThat(refused.code()).as(refused.err()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("found no signature");
      }
    }
    assertThat(line.run("inspect", MODEL, "--trust", publicKey).code()).isEqualTo(1);
    assertThat(
            line.run("predict", MODEL, rows, "--trust", publicKey, "--allow-unsigned", "other*")
                .code())
        .isEqualTo(1);
    assertThat(line.run("predict", MODEL, rows, "--allow-unsigned").code()).isEqualTo(2);

    line.run("sign", "late:1", "--key", key, "--public-key", publicKey);
    Line.Said signed = line.run("predict", "late:1", rows, "--trust", publicKey);
    assertThat(signed.code()).as(signed.err()).isZero();
    Line.Said allowed = line.run("predict", MODEL, rows, "--trust", publicKey, "--allow-unsigned");
    assertThat(allowed.code()).as(allowed.err()).isZero();
  }

  @Test
  void predictWritesArrow() throws Exception {
    Path answers = temporary.resolve("answers.arrow");

    Line.Said said = run("predict", MODEL, rows, "--arrow", answers);

    assertThat(said.code()).as(said.err()).isZero();
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = runtime.read(answers)) {
      for (FeatureBatch batch : reader) {
        assertThat(batch.rows()).isEqualTo(golden.size());
        Object first = batch.column("probability").getObject(0);
        assertThat(((Number) first).doubleValue()).isCloseTo(expected(0), within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"first.arrow", "first.parquet"})
  void predictWritesTheFirstRows(String name) throws Exception {
    Path first = Files.writeString(temporary.resolve(name), "earlier");
    Path wrong = Files.writeString(temporary.resolve("wrong.csv"), "a,b\n1,2\n");
    assertThat(run("predict", MODEL, wrong, first, "--rows", "2").code()).isEqualTo(1);
    assertThat(first).as("not touched by a run that fails").hasContent("earlier");

    Line.Said said = run("predict", MODEL, rows, first, "--rows", "2", "--json");

    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.json().at("/rows").asInt()).isEqualTo(2);
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = runtime.read(first)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.rows()).isEqualTo(2);
      Object second = batch.column("probability").getObject(1);
      assertThat(((Number) second).doubleValue()).isCloseTo(expected(1), within(1e-5));
    }
    assertThat(Files.readAllBytes(first))
        .startsWith(name.endsWith("arrow") ? "ARROW1".getBytes(UTF_8) : "PAR1".getBytes(UTF_8));
  }

  @Test
  void predictWritesAFileWithKeptColumns() {
    Path parquet = temporary.resolve("answers.parquet");

    Line.Said said = run("predict", MODEL, rows, parquet, "--keep", "origin", "--json");

    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.json().at("/rows").asInt()).isEqualTo(golden.size());
    try (ModelRuntime runtime = ModelRuntime.open();
        FeatureReader reader = runtime.read(parquet)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.rows()).isEqualTo(golden.size());
      assertThat(batch.column("origin")).isNotNull();
      Object first = batch.column("probability").getObject(0);
      assertThat(((Number) first).doubleValue()).isCloseTo(expected(0), within(1e-5));
    }
    assertThat(run("predict", MODEL, rows, "--keep", "origin").code()).isEqualTo(2);
    assertThat(run("predict", MODEL, rows, parquet, "--arrow", parquet).code()).isEqualTo(2);
  }

  @Test
  void convertsThenPredictsFromParquet() throws Exception {
    Path parquet = temporary.resolve("rows.parquet");

    Line.Said converted = run("convert", rows, parquet);
    Line.Said said = run("predict", MODEL, parquet, "--json");

    assertThat(converted.code()).as(converted.err()).isZero();
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.json().at("/rows")).hasSize(golden.size());
    assertThat(said.json().at("/rows/0/probability").doubleValue())
        .isCloseTo(expected(0), within(1e-5));
  }

  @Test
  void predictsFromCsvWhoseWholeNumbersAreFloatsOfTheModel() {
    Line.Said said = run("predict", MODEL, GOLDEN, "--json");

    assertThat(said.code()).as(said.err()).isZero();
    JsonNode answers = said.json().get("rows");
    assertThat(answers).hasSize(golden.size());
    assertThat(answers.get(0).get("probability").doubleValue())
        .isCloseTo(expected(0), within(1e-5));
    assertThat(run("predict", MODEL, GOLDEN, temporary.resolve("out.arrow")).code()).isZero();
  }

  @Test
  void predictTakesColumnsOfPandasIfAsked() throws Exception {
    Path csv =
        Files.writeString(
            temporary.resolve("pandas.csv"),
            "distance,hour,weekday,origin,destination\n2176.5,7,1,LAS,PHL\n,7,1,LAS,PHL\n");
    Path parquet = temporary.resolve("pandas.parquet");
    assertThat(run("convert", csv, parquet).code()).isZero();

    Line.Said strict = run("predict", MODEL, parquet);
    assertThat(strict.code()).isEqualTo(1);
    assertThat(strict.err())
        .contains("distance: found float64, expected float32", "for all of them with --lenient")
        .doesNotContain("LoadOptions");
    Line.Said lenient = run("predict", MODEL, parquet, "--lenient", "--json");
    assertThat(lenient.code()).as(lenient.err()).isZero();
    assertThat(lenient.json().get("rows")).hasSize(2);
    Path out = temporary.resolve("scored.arrow");
    assertThat(run("predict", MODEL, parquet, out, "--lenient").code()).isZero();
    Line.Said text = run("predict", MODEL, csv);
    assertThat(text.err())
        .contains("distance: found a null in row 1, expected no null", "--lenient", "--card FILE")
        .doesNotContain("LoadOptions");
  }

  @Test
  void aMistypedFileOfAModelIsNotSearchedInTheRegistryAlone() {
    Line.Said said = run("predict", "flight.onnx", rows);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("flight.onnx: found no such file");
  }

  @Test
  void convertLeavesNoFileWhereItFails() throws Exception {
    Path csv = Files.writeString(temporary.resolve("in.csv"), "a\n1\n");
    Path out = temporary.resolve("out.arrow");

    assertThat(run("convert", csv, out, "--column", "b").err()).contains("found no column b");
    assertThat(run("convert", csv, out, "--where", "b > 1").err()).contains("\"b\"");
    assertThat(out).doesNotExist();
    assertThat(run("convert", csv, out, "--where", "a > 1").out())
        .isEqualTo("0 rows in " + out + "\n");
    assertThat(run("convert", out, temporary.resolve("copy.parquet")).code()).isZero();
  }

  @Test
  void convertShowsProgressAndCompresses() throws Exception {
    Path csv = Files.writeString(temporary.resolve("in.csv"), "a\n" + "1\n".repeat(40_000));
    Path out = temporary.resolve("out.arrow");

    Line.Said said = run("convert", csv, out, "--progress", "--compression", "zstd");

    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.err()).contains("convert", " rows, ", "%");
    assertThat(Files.size(out)).isLessThan(40_000);
    assertThat(run("convert", out, csv.resolveSibling("b.arrow"), "--where", "a = 2").out())
        .startsWith("0 rows");
  }

  @ParameterizedTest
  @CsvSource({
    "No Such.onnx, 1, found no such file",
    "late:1, 2, no registry is named",
  })
  void predictOfNoModelSaysWhatIsMissing(String model, int code, String message) {
    Line.Said said = run("predict", model, rows);

    assertThat(said.code()).isEqualTo(code);
    assertThat(said.err()).contains(message);
  }

  @Test
  void aPublishedCardCarriesTheModelsSignature() {
    Line line = Line.of(temporary.resolve("registry"));

    assertThat(line.run("publish", MODEL, "--name", "late").code()).isZero();

    JsonNode card = line.run("show", "late", "--card", "--json").json();
    assertThat(card.at("/signature/inputs").findValuesAsText("name"))
        .containsExactly("distance", "hour", "weekday", "origin", "destination");
    line.run("publish", MODEL, "--name", "unloaded", "--no-load");
    assertThat(line.run("show", "unloaded", "--card", "--json").json().has("signature")).isFalse();
    line.run("import", MODEL, "--name", "imported");
    assertThat(line.run("show", "imported", "--card", "--json").json().has("signature")).isTrue();
  }

  @Test
  void whatCannotBeLoadedIsNotPublished() throws Exception {
    Path text = Files.writeString(temporary.resolve("model.onnx"), "no model");
    Path registry = temporary.resolve("registry");

    assertThat(Line.of(registry).run("publish", text, "--name", "m").code()).isEqualTo(1);
    assertThat(registry).doesNotExist();
  }

  /** In place of mlops-monitor, which this module never sees. */
  public static final class Told implements DriftReporter {
    /** For ServiceLoader. */
    public Told() {}

    @Override
    public Report report(
        Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
      long before = count(reference);
      long now = count(current);
      return new Report() {
        @Override
        public boolean drifted() {
          return except.contains("drifted");
        }

        @Override
        public int judged() {
          return except.contains("unknown") ? 0 : 5;
        }

        @Override
        public String text() {
          return before + " and " + now + "\n";
        }

        @Override
        public String json() {
          return "{\"rows\": " + now + "}";
        }

        @Override
        public String html(String title) {
          return "<title>" + title + "</title>";
        }
      };
    }

    private static long count(Iterable<FeatureBatch> batches) {
      long rows = 0;
      for (FeatureBatch batch : batches) {
        rows += batch.rows();
      }
      return rows;
    }
  }

  private static Line.Said drift(ClassLoader reporters, Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Commands.line(name -> null, false, reporters, new String[] {"drift"});
    int code =
        line.setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                Stream.concat(Stream.of("drift"), Stream.of(args).map(Object::toString))
                    .toArray(String[]::new));
    return new Line.Said(code, out.toString(), err.toString());
  }

  private URLClassLoader withReporter() throws Exception {
    Path services = Files.createDirectories(temporary.resolve("services/META-INF/services"));
    Files.writeString(services.resolve(DriftReporter.class.getName()), Told.class.getName());
    return new URLClassLoader(
        new URL[] {temporary.resolve("services").toUri().toURL()},
        ModelCommandsTest.class.getClassLoader());
  }

  @ParameterizedTest
  @CsvSource({"late, 0", "drifted, 3", "unknown, 1"})
  void driftIsTheExitCode(String except, int code) throws Exception {
    try (URLClassLoader reporters = withReporter()) {
      Path page = temporary.resolve("page.html");
      Line.Said said = drift(reporters, rows, rows, "--except", except, "--html", page, "--json");
      assertThat(said.code()).as(said.err()).isEqualTo(code);
      if (code == 1) {
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).contains("no column can be compared");
      } else {
        assertThat(said.json().get("rows").intValue()).isEqualTo(golden.size());
        assertThat(page).hasContent("<title>Drift of rows.arrow against rows.arrow</title>");
      }
    }
  }

  @Test
  void driftTakesFilesOfAllFormatsAndDatabases() throws Exception {
    Path csv = Files.writeString(temporary.resolve("a.csv"), "a\n1\n2\n3\n");
    Path json = Files.writeString(temporary.resolve("a.jsonl"), "{\"a\": 1}\n{\"a\": 2}\n");
    Path parquet = temporary.resolve("a.parquet");
    assertThat(run("convert", csv, parquet).code()).isZero();
    try (URLClassLoader reporters = withReporter();
        Connection keepsTheDatabase = DriverManager.getConnection(DATABASE)) {
      assertThat(keepsTheDatabase.isValid(1)).isTrue();
      String query = "SELECT x AS a FROM SYSTEM_RANGE(1, 4)";
      assertThat(drift(reporters, csv, json).out()).isEqualTo("3 and 2\n");
      assertThat(drift(reporters, json, parquet).out()).isEqualTo("2 and 3\n");
      assertThat(drift(reporters, rows, DATABASE, "--query", query).out())
          .isEqualTo(golden.size() + " and 4\n");
      assertThat(drift(reporters, DATABASE, csv, "--query", query).out()).isEqualTo("4 and 3\n");
    }
  }

  @Test
  void rowsOfADatabaseAreConvertedAndPredicted() throws Exception {
    Path out = temporary.resolve("out.parquet");
    try (Connection connection = DriverManager.getConnection(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE flights AS SELECT * FROM (VALUES (CAST(2176 AS REAL), 7, 1, 'LAS', 'PHL'))"
              + " t(distance, hour_, weekday, origin, destination)");
      String query =
          "SELECT distance \"distance\", CAST(hour_ AS BIGINT) \"hour\", CAST(weekday AS BIGINT)"
              + " \"weekday\", origin \"origin\", destination \"destination\" FROM flights";
      Line.Said converted = run("convert", DATABASE, out, "--query", query);
      assertThat(converted.out()).as(converted.err()).isEqualTo("1 row in " + out + "\n");
      Line.Said fromFile = run("predict", MODEL, out, "--json");
      Line.Said said = run("predict", MODEL, DATABASE, "--query", query, "--json");
      assertThat(said.code()).as(said.err()).isZero();
      assertThat(said.json().at("/rows")).hasSize(1).isEqualTo(fromFile.json().at("/rows"));

      assertThat(run("convert", DATABASE, out).err()).contains("--query: found none");
      assertThat(run("convert", rows, out, "--query", query).err())
          .contains("found no address of a database");
      assertThat(run("convert", DATABASE + ";PASSWORD=x", out, "--query", query).err())
          .contains("MLOPS4J_DATA_PASSWORD");
      assertThat(run("convert", DATABASE, out, "--query", "SELECT * FROM none").err())
          .contains("cannot be started", "NONE");
      assertThat(run("convert", "jdbc:none:x", out, "--query", query).err())
          .contains("No suitable driver");
      assertThat(run("predict", MODEL, out, "--json").out())
          .as("unchanged")
          .isEqualTo(fromFile.out());
    }
  }

  /** There is no monitor here, so a command that reads before it checks names the monitor. */
  @Test
  void aFileThatCannotBeWrittenIsNamedBeforeAnythingIsRead() {
    Path none = temporary.resolve("none/out");
    for (Line.Said said :
        List.of(
            run("profile", rows, "--out", none),
            run("reference", rows, "--out", none),
            run("drift", rows, rows, "--html", none),
            run("quality", rows, rows, "--html", none))) {
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.err())
          .isEqualToNormalizingNewlines(
              "mlops4j: %s: found no folder %s to write to; create it first\n"
                  .formatted(none, none.getParent()));
    }
  }

  @Test
  void withoutTheMonitorItsCommandsNameTheArtifact() {
    for (Line.Said said :
        List.of(
            run("drift", rows, rows),
            run("quality", rows, rows),
            run("profile", rows),
            run("reference", rows))) {
      assertThat(said.code()).isEqualTo(1);
      assertThat(said.err()).contains("io.mlops4j:mlops-monitor").hasLineCount(1);
    }
  }
}
