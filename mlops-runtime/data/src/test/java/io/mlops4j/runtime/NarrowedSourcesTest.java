package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.Narrowing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wider numbers of every source reach the real engine checked, or not at all. */
class NarrowedSourcesTest {
  private static final FeatureSchema FEATURES = FeatureSchema.ofNames("f", "d", "i", "l", "b", "s");
  private static final FeatureSchema CHECKED = FEATURES.withNarrowing(Narrowing.CHECKED);

  /** More rows than those by which the types of text are recognised. */
  private static final int MANY = 25_000;

  @TempDir private Path folder;
  private final ModelRuntime runtime = ModelRuntime.builder().strict().open();

  /** Strict: fails if memory is left allocated. */
  @AfterEach
  void nothingIsLeft() {
    runtime.close();
  }

  private enum Source {
    PARQUET,
    CSV,
    JSON,
    JDBC
  }

  /** A row of the model whose numbers are of 64 bits. */
  private record Wide(double f, long d, long i) {
    String csv() {
      return f + "," + d + "," + i + ",7,true,a\n";
    }

    String json() {
      return "{\"f\": %s, \"d\": %s, \"i\": %s, \"l\": 7, \"b\": true, \"s\": \"a\"}%n"
          .formatted(f, d, i);
    }

    String sql() {
      return "(CAST(%s AS DOUBLE PRECISION), CAST(%s AS BIGINT), CAST(%s AS BIGINT), CAST(7 AS BIGINT), true, 'a')"
          .formatted(f, d, i);
    }
  }

  private static final List<Wide> GOOD =
      List.of(
          new Wide(0.1, 1L << 53, Integer.MAX_VALUE),
          new Wide(1e-50, -5, Integer.MIN_VALUE),
          new Wide(16_777_217.5, 0, 3));

  private FeatureReader read(Source source, List<Wide> rows, ReadOptions options)
      throws IOException {
    return switch (source) {
      case PARQUET -> {
        Path file = folder.resolve("in.parquet");
        String sql =
            "SELECT * FROM (VALUES "
                + String.join(", ", rows.stream().map(Wide::sql).toList())
                + ") AS t(f, d, i, l, b, s)";
        try (FeatureReader wide = runtime.query(sql);
            FeatureWriter writer = runtime.write(file)) {
          wide.forEach(writer::write);
          writer.commit();
        }
        yield runtime.read(file, options);
      }
      case CSV -> {
        String text = String.join("", rows.stream().map(Wide::csv).toList());
        yield runtime.read(
            Files.writeString(folder.resolve("in.csv"), "f,d,i,l,b,s\n" + text), options);
      }
      case JSON -> {
        String text = String.join("", rows.stream().map(Wide::json).toList());
        yield runtime.read(Files.writeString(folder.resolve("in.jsonl"), text), options);
      }
      case JDBC -> {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:");
        String values = String.join(", ", rows.stream().map(Wide::sql).toList());
        yield runtime.query(
            h2,
            "SELECT * FROM (VALUES " + values + ") AS t(\"f\", \"d\", \"i\", \"l\", \"b\", \"s\")",
            options);
      }
    };
  }

  private Model load(FeatureSchema features) {
    return runtime.load(
        Path.of("../src/test/resources/io/mlops4j/runtime/models/columns.onnx"),
        LoadOptions.builder().features(features).build());
  }

  /** Returns the model's numbers as text, row by row. */
  private List<String> answers(Source source, List<Wide> rows, FeatureSchema features)
      throws IOException {
    List<String> answers = new ArrayList<>();
    try (Model model = load(features);
        FeatureReader reader =
            read(
                source,
                rows,
                ReadOptions.builder().features(model.features(), model.signature()).build())) {
      for (FeatureBatch batch : reader) {
        try (Prediction answer = model.predict(batch)) {
          for (int row = 0; row < batch.rows(); row++) {
            answers.add(
                answer.floats("f_out")[row]
                    + " "
                    + answer.doubles("d_out")[row]
                    + " "
                    + answer.longs("i_out")[row]);
          }
        }
      }
    }
    return answers;
  }

  /** Expected: Java's cast of doubles, and exact whole numbers. */
  @ParameterizedTest
  @EnumSource
  void valuesThatFitAreConverted(Source source) throws IOException {
    assertThat(answers(source, GOOD, CHECKED))
        .containsExactly(
            "0.1 9.007199254740992E15 2147483647", "0.0 -5.0 -2147483648", "1.6777218E7 0.0 3");
  }

  private void assertRejected(Source source, Wide bad, FeatureSchema features, String... parts) {
    for (int before :
        new int[] {1, source == Source.JDBC || source == Source.PARQUET ? 1000 : MANY}) {
      List<Wide> rows = new ArrayList<>();
      for (int i = 0; i < before; i++) {
        rows.add(new Wide(0.5, 1, 1));
      }
      rows.add(bad);
      assertThatThrownBy(() -> answers(source, rows, features))
          .as(before + " rows before " + bad)
          .isInstanceOf(MlopsException.class)
          .hasMessageContainingAll(parts);
    }
  }

  @ParameterizedTest
  @EnumSource
  void valuesThatDoNotFitAreRejected(Source source) {
    assertRejected(source, new Wide(0.5, 1, 3_000_000_000L), CHECKED, "i", "3000000000");
    assertRejected(source, new Wide(0.5, 1, -2_147_483_649L), CHECKED, "i", "-2147483649");
    assertRejected(source, new Wide(1e300, 1, 1), CHECKED, "f", "1.0E300", "float32");
    assertRejected(source, new Wide(0.5, (1L << 53) + 1, 1), CHECKED, "d", "900719925474099");
  }

  /** Text has no types: what fits is parsed as the model's type. Other sources are refused. */
  @ParameterizedTest
  @EnumSource
  void withoutNarrowingOnlyTextIsParsedAsTheModelTakesIt(Source source) throws IOException {
    if (source == Source.PARQUET || source == Source.JDBC) {
      assertThatThrownBy(() -> answers(source, GOOD, FEATURES))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("float64", "float32", "LoadOptions.lenientColumns");
    } else {
      assertThat(answers(source, GOOD, FEATURES)).isEqualTo(answers(source, GOOD, CHECKED));
      assertRejected(source, new Wide(0.5, 1, 3_000_000_000L), FEATURES, "i", "3000000000");
      assertRejected(source, new Wide(1e300, 1, 1), FEATURES, "f", "300");
    }
  }

  /** DuckDB alone gives such columns 128 bits, which no model takes. */
  @Test
  void wholeNumbersOfJsonWithBothSignsHave64Bits() throws IOException {
    String text =
        "{\"d\": 1, \"in\": {\"HUGEINT\": [2]}}\n{\"d\": %s, \"in\": {\"HUGEINT\": [-3]}}\n";
    Path file = folder.resolve("signs.jsonl");
    for (long last : new long[] {-5, Long.MIN_VALUE}) {
      Files.writeString(file, text.formatted(last));
      try (FeatureReader reader = runtime.read(file)) {
        FeatureBatch batch = reader.iterator().next();
        assertThat(batch.column("d").getObject(0)).isEqualTo(1L);
        assertThat(batch.column("d").getObject(1)).isEqualTo(last);
        assertThat(batch.column("in").getObject(1).toString()).isEqualTo("{\"HUGEINT\":[-3]}");
      }
    }
    Files.writeString(file, text.formatted(-5) + "{\"d\": 18446744073709551615}\n");
    assertThatThrownBy(
            () -> {
              try (FeatureReader reader = runtime.read(file)) {
                reader.forEach(batch -> {});
              }
            })
        .isInstanceOf(DataException.class)
        .hasMessageContaining("18446744073709551615");
  }

  @ParameterizedTest
  @EnumSource
  void theTypesOfOptionsHaveTheSameLimits(Source source) throws IOException {
    ReadOptions narrow =
        ReadOptions.builder().type("f", ElementType.FLOAT32).type("i", ElementType.INT32).build();
    try (FeatureReader reader = read(source, GOOD, narrow)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.column("f").getObject(0)).isEqualTo(0.1f);
      assertThat(batch.column("i").getObject(1)).isEqualTo(Integer.MIN_VALUE);
    }
    for (Wide bad : List.of(new Wide(0.5, 1, 3_000_000_000L), new Wide(1e300, 1, 1))) {
      List<Wide> rows = List.of(new Wide(0.5, 1, 1), bad);
      assertThatThrownBy(
              () -> {
                try (FeatureReader reader = read(source, rows, narrow)) {
                  reader.forEach(batch -> {});
                }
              })
          .as(bad.toString())
          .isInstanceOf(DataException.class)
          .hasMessageMatching("(?s).*(3000000000|300|integer overflow).*");
    }
  }
}
