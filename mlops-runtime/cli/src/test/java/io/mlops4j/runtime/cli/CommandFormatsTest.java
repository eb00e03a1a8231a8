package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.spi.DataChecker;
import io.mlops4j.spi.DataProfiler;
import io.mlops4j.spi.DriftReporter;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * Every command that reads rows takes every format, and reads the same rows from each. The expected
 * rows are those of a text file, whose last column scikit-learn computed.
 */
class CommandFormatsTest {
  private static final Path QUICKSTART = Path.of("../../samples/quickstart").toAbsolutePath();
  private static final Path MODEL = QUICKSTART.resolve("models/flight-delay-1.onnx");
  private static final List<String> COLUMNS =
      List.of("distance", "hour", "weekday", "origin", "destination");

  @TempDir Path temporary;
  private List<String[]> expected;
  private Path csv;

  @BeforeEach
  void write() throws Exception {
    expected =
        Files.readAllLines(QUICKSTART.resolve("models/golden-1.csv")).stream()
            .skip(1)
            .map(line -> line.split(","))
            .toList();
    List<String> lines = new ArrayList<>(List.of(String.join(",", COLUMNS)));
    expected.forEach(row -> lines.add(String.join(",", List.of(row).subList(0, 5))));
    csv = Files.write(temporary.resolve("rows.csv"), lines);
  }

  /** The arguments that name the rows in one format. */
  private List<String> rows(String format) throws Exception {
    String typed =
        "SELECT CAST(distance AS REAL) \"distance\", CAST(\"HOUR\" AS BIGINT) \"hour\","
            + " CAST(weekday AS BIGINT) \"weekday\", origin \"origin\","
            + " destination \"destination\" FROM CSVREAD('"
            + csv
            + "')";
    Path file = temporary.resolve("rows." + format);
    switch (format) {
      case "csv" -> {}
      case "jsonl" -> {
        List<String> lines = new ArrayList<>();
        for (String[] row : expected) {
          lines.add(
              "{\"distance\": %s, \"hour\": %s, \"weekday\": %s, \"origin\": \"%s\", \"destination\": \"%s\"}"
                  .formatted((Object[]) row));
        }
        Files.write(file, lines);
      }
      case "csv.gz" -> {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
          Files.copy(csv, out);
        }
      }
      case "csv.zst" -> Files.write(file, Zstd.compress(Files.readAllBytes(csv)));
      case "jsonl.zst" ->
          Files.write(file, Zstd.compress(Files.readAllBytes(Path.of(rows("jsonl").get(0)))));
      case "sql" -> {
        return List.of("jdbc:h2:mem:", "--query", typed);
      }
      default -> assertThat(run("convert", "jdbc:h2:mem:", file, "--query", typed).code()).isZero();
    }
    return List.of(file.toString());
  }

  private Line.Said run(Object... args) throws Exception {
    Path services = Files.createDirectories(temporary.resolve("services/META-INF/services"));
    Files.writeString(services.resolve(DataProfiler.class.getName()), Counted.class.getName());
    Files.writeString(services.resolve(DriftReporter.class.getName()), Counted.class.getName());
    Files.writeString(
        services.resolve(DataChecker.class.getName()), QualityCommandTest.Counter.class.getName());
    URL[] path = {temporary.resolve("services").toUri().toURL()};
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
      CommandLine line = Commands.line(name -> null, false, loader, texts);
      int code = line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(texts);
      return new Line.Said(code, out.toString(), err.toString());
    }
  }

  private Line.Said run(String command, List<String> first, List<String> rows, Object... last)
      throws Exception {
    List<Object> args = new ArrayList<>(List.of(command));
    args.addAll(first);
    args.addAll(rows);
    args.addAll(List.of(last));
    Line.Said said = run(args.toArray());
    assertThat(said.code()).as(said.err()).isZero();
    return said;
  }

  private String summary() {
    double distance = expected.stream().mapToDouble(row -> Double.parseDouble(row[0])).sum();
    double hour = expected.stream().mapToDouble(row -> Double.parseDouble(row[1])).sum();
    String texts = String.join("", expected.stream().map(row -> row[3] + row[4]).toList());
    return "%d %.3f %.3f %s".formatted(expected.size(), distance, hour, texts);
  }

  static String summary(Iterable<FeatureBatch> batches) {
    long rows = 0;
    double distance = 0;
    double hour = 0;
    StringBuilder texts = new StringBuilder();
    for (FeatureBatch batch : batches) {
      assertThat(batch.root().getSchema().getFields())
          .extracting(field -> field.getName())
          .containsExactlyElementsOf(COLUMNS);
      for (int i = 0; i < batch.rows(); i++) {
        distance += ((Number) batch.column("distance").getObject(i)).doubleValue();
        hour += ((Number) batch.column("hour").getObject(i)).doubleValue();
        texts.append(batch.column("origin").getObject(i));
        texts.append(batch.column("destination").getObject(i));
      }
      rows += batch.rows();
    }
    return "%d %.3f %.3f %s".formatted(rows, distance, hour, texts);
  }

  /** In place of mlops-monitor, which this module never sees. */
  public static final class Counted implements DataProfiler, DriftReporter {
    /** For ServiceLoader. */
    public Counted() {}

    @Override
    public Summary profile(Iterable<FeatureBatch> rows, Set<String> columns, Set<String> except) {
      String text = summary(rows);
      return new Summary() {
        @Override
        public long rows() {
          return 0;
        }

        @Override
        public String text() {
          return text;
        }

        @Override
        public String json() {
          return "{}";
        }

        @Override
        public byte[] bytes() {
          return new byte[] {7};
        }
      };
    }

    /** The same rows, and what else the command passed on. */
    @Override
    public Summary reference(
        Iterable<FeatureBatch> rows,
        @Nullable String time,
        Set<String> columns,
        Set<String> except,
        Set<String> keys) {
      Summary summary = profile(rows, columns, except);
      return new Summary() {
        @Override
        public long rows() {
          return summary.rows();
        }

        @Override
        public String text() {
          return "%s by %s of %s except %s keys %s"
              .formatted(summary.text(), time, columns, except, keys);
        }

        @Override
        public String json() {
          return summary.json();
        }

        @Override
        public byte[] bytes() {
          return new byte[] {9};
        }
      };
    }

    @Override
    public Report report(
        Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
      String text = summary(reference) + "\n" + summary(current);
      return new Report() {
        @Override
        public boolean drifted() {
          return false;
        }

        @Override
        public int judged() {
          return 1;
        }

        @Override
        public String text() {
          return text;
        }

        @Override
        public String json() {
          return "{}";
        }

        @Override
        public String html(String title) {
          return "<html>";
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"csv", "csv.gz", "csv.zst", "parquet", "jsonl", "jsonl.zst", "arrow", "sql"})
  void everyCommandReadsTheSameRows(String format) throws Exception {
    List<String> rows = rows(format);

    JsonNode answers = run("predict", List.of(MODEL.toString()), rows, "--json").json().get("rows");
    assertThat(answers).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(answers.get(i).get("probability").doubleValue())
          .isCloseTo(Double.parseDouble(expected.get(i)[5]), within(1e-5));
    }

    assertThat(run("profile", List.of(), rows).out().strip()).isEqualTo(summary());

    assertThat(run("reference", List.of(), rows).out().strip())
        .isEqualTo(summary() + " by null of [] except [] keys []");
    assertThat(
            run(
                    "reference",
                    List.of(),
                    rows,
                    "--time",
                    "hour",
                    "--column",
                    "distance",
                    "--key",
                    "weekday",
                    "--except",
                    "origin",
                    "--except",
                    "destination")
                .out()
                .strip())
        .as("a time that is named, and columns of which all are read")
        .isEqualTo(
            summary() + " by hour of [distance] except [origin, destination] keys [weekday]");

    assertThat(run("drift", List.of(), rows, csv).out().lines())
        .as("as the reference, before a text file")
        .containsExactly(summary(), summary());
    assertThat(run("drift", List.of(csv.toString()), rows).out().lines())
        .as("as the current rows")
        .containsExactly(summary(), summary());

    assertThat(run("quality", List.of(), rows, csv).out().lines())
        .as("as good rows")
        .containsExactly(summary(), summary());
    assertThat(run("quality", List.of(csv.toString()), rows).out().lines())
        .as("as rows to check")
        .containsExactly(summary(), summary());

    for (String ending : List.of("arrow", "parquet")) {
      Path out = temporary.resolve("out." + ending);
      run("convert", List.of(), rows, out);
      try (ModelRuntime runtime = ModelRuntime.open();
          FeatureReader reader = runtime.read(out)) {
        assertThat(summary(reader)).isEqualTo(summary());
      }
    }
  }

  /** A file that is overwritten in place would show under its other name, too. */
  @Test
  void profilesAndPagesReplaceEarlierFiles() throws Exception {
    Path out = Files.writeString(temporary.resolve("out"), "earlier");
    Path other = Files.createLink(temporary.resolve("other"), out);
    run("profile", List.of(csv.toString()), List.of("--out", out.toString()));
    assertThat(out).hasBinaryContent(new byte[] {7});
    run("reference", List.of(csv.toString()), List.of("--out", out.toString()));
    assertThat(out).hasBinaryContent(new byte[] {9});
    run("drift", List.of(csv.toString(), csv.toString()), List.of("--html", out.toString()));
    assertThat(out).hasContent("<html>");
    run("quality", List.of(csv.toString(), csv.toString()), List.of("--html", out.toString()));
    assertThat(out).content().startsWith("<title>Data quality of ");
    assertThat(other).hasContent("earlier");
  }
}
