package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.card.CardJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of data sets: what a source says of its rows. */
class DatasetTest {
  private static final Instant FIRST = Instant.parse("2001-01-01T06:00:00Z");
  private static final Instant LAST = Instant.parse("2001-01-31T21:30:00Z");
  private static final String ROWS =
      """
      SELECT * FROM (VALUES
        (1, TIMESTAMP '2001-01-31 21:30:00'), (2, NULL), (3, TIMESTAMP '2001-01-01 06:00:00')) t(id, departure)
      """;

  @TempDir private Path folder;

  private static String sha256(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return "sha256:" + HexFormat.of().formatHex(digest);
  }

  private void assertDescribes(Path file) throws Exception {
    DatasetRef dataset = FeatureSource.file(file).dataset("flights", "departure");
    assertThat(dataset.name()).isEqualTo("flights");
    assertThat(dataset.digest()).hasToString(sha256(file));
    assertThat(dataset.rows()).hasValue(3);
    assertThat(dataset.from()).contains(FIRST);
    assertThat(dataset.until()).as("exclusive").contains(LAST.plusNanos(1_000));
    assertThat(dataset.query()).isEmpty();
    ModelCard card = ModelCard.builder("m").trainedOn(dataset).build();
    assertThat(CardJson.parse(CardJson.text(card)).trainedOn()).containsExactly(dataset);

    DatasetRef timeless = FeatureSource.file(file).dataset("flights");
    assertThat(timeless.digest()).isEqualTo(dataset.digest());
    assertThat(timeless.rows()).hasValue(3);
    assertThat(timeless.from()).isEmpty();
  }

  @Test
  void describesFilesOfAllFormats() throws Exception {
    assertDescribes(Tables.write(folder.resolve("a.parquet"), ROWS));
    assertDescribes(
        Files.writeString(
            folder.resolve("a.csv"),
            "id,departure\n1,2001-01-31 21:30:00\n2,\n3,2001-01-01 06:00:00\n"));
    assertDescribes(
        Files.writeString(
            folder.resolve("a.jsonl"),
            """
            {"id": 1, "departure": "2001-01-31 21:30:00"}
            {"id": 2, "departure": null}
            {"id": 3, "departure": "2001-01-01 06:00:00"}
            """));
    assertDescribes(arrow(folder.resolve("a.arrow")));
  }

  /** With a column that no Parquet file can have. */
  private static Path arrow(Path file) {
    Schema schema =
        new Schema(
            List.of(
                Field.nullable("taxi", new ArrowType.Duration(TimeUnit.SECOND)),
                Field.nullable("departure", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null))));
    try (RootAllocator memory = new RootAllocator();
        ModelRuntime runtime = ModelRuntime.open();
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, memory);
        FeatureWriter out = runtime.write(file)) {
      root.allocateNew();
      DurationVector taxi = (DurationVector) root.getVector("taxi");
      TimeStampMicroVector times = (TimeStampMicroVector) root.getVector("departure");
      taxi.setSafe(0, 60);
      times.setSafe(0, Times.micros(LAST));
      times.setNull(1);
      times.setSafe(2, Times.micros(FIRST));
      root.setRowCount(3);
      try (FeatureBatch batch = FeatureBatch.of(root)) {
        out.write(batch);
      }
      out.commit();
    }
    return file;
  }

  @Test
  void describesWhatAQueryAndAReaderReturn() throws Exception {
    Path file = Tables.write(folder.resolve("a.parquet"), ROWS);
    String sql = "SELECT * FROM read_parquet('" + file + "') WHERE id <> 1 ORDER BY id";
    DatasetRef chosen = FeatureSource.sql(sql).dataset("few", "departure");
    assertThat(chosen.query()).contains("sql " + sql);
    assertThat(chosen.rows()).hasValue(2);
    assertThat(chosen.from()).contains(FIRST);
    assertThat(chosen.until()).contains(FIRST.plusNanos(1_000));
    assertThat(FeatureSource.sql(sql).dataset("few", "departure")).isEqualTo(chosen);

    try (ModelRuntime runtime = ModelRuntime.open()) {
      FeatureSource few =
          FeatureSource.rows(
              "all but the first",
              () -> runtime.read(file, ReadOptions.builder().filter("id <> 1").build()));
      DatasetRef read = few.dataset("few", "departure");
      assertThat(read.digest()).as("of equal rows").isEqualTo(chosen.digest());
      assertThat(read.query()).contains("rows all but the first");
      assertThat(read.rows()).hasValue(2);
    }
    Tables.write(file, ROWS.replace("(3,", "(4,"));
    assertThat(FeatureSource.sql(sql).dataset("few", "departure").digest())
        .isNotEqualTo(chosen.digest());
  }

  @Test
  void equalRowsOfAQueryHaveOneDigest() {
    FeatureSource many =
        FeatureSource.sql("SELECT i, hash(i)::VARCHAR AS text FROM range(400000) r(i) ORDER BY i");
    assertThat(many.dataset("many")).isEqualTo(many.dataset("many"));
    assertThat(many.dataset("many").rows()).hasValue(400_000);
  }

  @Test
  void withoutTimesThereIsNoPeriod() {
    FeatureSource source =
        FeatureSource.sql("SELECT 1 AS id, NULL::DATE AS day UNION ALL SELECT 2, NULL");
    assertThat(source.dataset("d", "day").from()).isEmpty();
    assertThat(source.dataset("d", "day").rows()).hasValue(2);
    DatasetRef day = FeatureSource.sql("SELECT DATE '2001-01-01' AS day").dataset("d", "day");
    assertThat(day.from()).contains(Instant.parse("2001-01-01T00:00:00Z"));
  }

  @Test
  void refusesWhatCannotBeDescribed() throws Exception {
    Path file = Tables.write(folder.resolve("a.parquet"), ROWS);
    FeatureSource source = FeatureSource.file(file);
    assertThatThrownBy(() -> source.dataset("flights", "landed"))
        .isInstanceOf(DataException.class)
        .hasMessage("data set flights: found no column landed, expected it among [id, departure]");
    assertThatThrownBy(() -> source.dataset("flights", "id"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column id has type INTEGER, expected a date or timestamp");
    assertThatThrownBy(() -> source.dataset(" ")).isInstanceOf(IllegalArgumentException.class);
    FeatureSource arrow = FeatureSource.file(arrow(folder.resolve("a.arrow")));
    assertThatThrownBy(() -> arrow.dataset("flights", "landed"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data set flights: cannot read file")
        .hasMessageContaining("found no column landed");
    for (String gone : List.of("gone.parquet", "gone.arrow")) {
      assertThatThrownBy(() -> FeatureSource.file(folder.resolve(gone)).dataset("flights"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(gone);
    }
    Path damaged = folder.resolve("damaged.arrow");
    Files.write(
        damaged, java.util.Arrays.copyOf(Files.readAllBytes(folder.resolve("a.arrow")), 99));
    assertThatThrownBy(() -> FeatureSource.file(damaged).dataset("flights"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("damaged.arrow");
  }
}
