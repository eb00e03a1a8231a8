package io.mlops4j.runtime.internal.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DuckDbTest {
  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  /** Literals of each type, and what Arrow shows for them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true | Bool | true",
        "127::TINYINT | Int(8, true) | 127",
        "(-32768)::SMALLINT | Int(16, true) | -32768",
        "7::INTEGER | Int(32, true) | 7",
        "-9223372036854775808 | Int(64, true) | -9223372036854775808",
        "127::UTINYINT | Int(8, false) | 127",
        "2147483647::UINTEGER | Int(32, false) | 2147483647",
        "1.5::FLOAT | FloatingPoint(SINGLE) | 1.5",
        "'NaN'::DOUBLE | FloatingPoint(DOUBLE) | NaN",
        "-1.25::DECIMAL(4,2) | Decimal(4, 2, 128) | -1.25",
        "-123456.789::DECIMAL(9,3) | Decimal(9, 3, 128) | -123456.789",
        "123456789012345678::DECIMAL(18,0) | Decimal(18, 0, 128) | 123456789012345678",
        "-12345678901234567890.5::DECIMAL(38,1) | Decimal(38, 1, 128) | -12345678901234567890.5",
        "170141183460469231731::HUGEINT | Decimal(38, 0, 128) | 170141183460469231731",
        "'short' | Utf8 | short",
        "'exactly 12 b' | Utf8 | exactly 12 b",
        "'longer than twelve bytes \u00e4' | Utf8 | longer than twelve bytes \u00e4",
        "DATE '2001-01-31' | Date(DAY) | 11353",
        "TIME '00:00:01.000002' | Time(MICROSECOND, 64) | 1000002",
        "TIMESTAMP '2001-01-31 07:15:00.25' | Timestamp(MICROSECOND, null) | 2001-01-31T07:15:00.250",
        "TIMESTAMP_S '2001-01-31 07:15:00' | Timestamp(SECOND, null) | 2001-01-31T07:15",
        "TIMESTAMP_MS '2001-01-31 07:15:00' | Timestamp(MILLISECOND, null) | 2001-01-31T07:15",
        "TIMESTAMP_NS '2001-01-31 07:15:00.000000001' | Timestamp(NANOSECOND, null) | 2001-01-31T07:15:00.000000001",
        "TIMESTAMPTZ '2001-01-31 07:15:00+01' | Timestamp(MICROSECOND, UTC) | 980921700000000",
        "INTERVAL '1 month 2 days 3 seconds' | Interval(MONTH_DAY_NANO) | P1M2D PT3S",
        "[1, NULL, 3] | List | [1,null,3]",
        "[[1], [], NULL, [2, 3]] | List | [[1],[],null,[2,3]]",
        "['a', 'longer than twelve bytes'] | List | [\"a\",\"longer than twelve bytes\"]",
        "[1.5, 2]::DOUBLE[2] | FixedSizeList(2) | [1.5,2.0]",
        "{'a': 1, 'b c': ['x']} | Struct | {\"a\":1,\"b c\":[\"x\"]}",
        "MAP {'k': 2} | Map(false) | [{\"key\":\"k\",\"value\":2}]",
        "'6b7d0e2a-0000-4000-8000-000000000001'::UUID | Utf8 | 6b7d0e2a-0000-4000-8000-000000000001",
        "'b'::ENUM('a (', 'b') | Utf8 | b",
        "'{\"a\":1}'::JSON | Utf8 | {\"a\":1}",
        "'101'::BIT | Utf8 | 101",
      })
  void readsEveryType(String literal, String type, String shown) {
    String sql = "SELECT x FROM (VALUES (" + literal + "), (NULL)) t(x)";
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of()));
        FeatureReader reader = database.query(sql, 10, memory)) {
      FeatureBatch batch = reader.iterator().next();
      FieldVector x = batch.column("x");
      assertThat(x.getField().getType()).hasToString(type);
      assertThat(String.valueOf(x.getObject(0))).isEqualTo(shown);
      assertThat(x.isNull(1)).isTrue();
      assertThat(x.getNullCount()).isEqualTo(1);
    }
  }

  /** The range of rows, batches and chunks (2048 rows) do not divide each other. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 2047, 2048, 2049, 5000, 100_000})
  void readsBatchesOfTheChosenSize(int batchRows) {
    int rows = batchRows == 1 ? 300 : 12_011;
    String sql =
        "SELECT i, i::VARCHAR || repeat('x', (i % 20)::INTEGER) AS s, "
            + "CASE WHEN i % 3 = 0 THEN NULL ELSE i / 2 END AS d, "
            + "CASE WHEN i % 5 = 0 THEN NULL ELSE [i, i + 1][1:(i % 3)::INTEGER] END AS l, "
            + "{'t': CASE WHEN i % 7 > 0 THEN 'v' || i END} AS r, [i, NULL]::BIGINT[2] AS a "
            + "FROM range("
            + rows
            + ") t(i)";
    long expected = 0;
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of()));
        FeatureReader reader = database.query(sql, batchRows, memory)) {
      for (FeatureBatch batch : reader) {
        assertThat(batch.rows()).isEqualTo((int) Math.min(batchRows, rows - expected));
        for (int row = 0; row < batch.rows(); row++) {
          check(batch, row, expected++);
        }
      }
    }
    assertThat(expected).isEqualTo(rows);
  }

  private static void check(FeatureBatch batch, int row, long i) {
    assertThat(batch.column("i").getObject(row)).isEqualTo(i);
    assertThat(batch.column("s").getObject(row)).hasToString(i + "x".repeat((int) (i % 20)));
    assertThat(batch.column("d").getObject(row)).isEqualTo(i % 3 == 0 ? null : i / 2.0);
    List<Long> list = List.of(i, i + 1).subList(0, (int) (i % 3));
    assertThat(batch.column("l").getObject(row)).isEqualTo(i % 5 == 0 ? null : list);
    String struct = i % 7 > 0 ? "{\"t\":\"v" + i + "\"}" : "{}";
    assertThat(batch.column("r").getObject(row)).hasToString(struct);
    assertThat(batch.column("a").getObject(row)).hasToString("[" + i + ",null]");
  }

  @Test
  void failsWhereAQueryFailsHalfWay() {
    String sql =
        "SELECT CASE WHEN i = 9000000 THEN error('no more') ELSE 1 END FROM range(9100000) t(i)";
    List<Integer> sizes = new ArrayList<>();
    try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of()));
        FeatureReader reader = database.query(sql, 10_000, memory)) {
      assertThatThrownBy(() -> reader.forEach(batch -> sizes.add(batch.rows())))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no more");
    }
    assertThat(sizes).isNotEmpty();
  }

  @Test
  void closesAtAnyPoint() {
    for (int batches = 0; batches < 4; batches++) {
      try (DuckDb database = DuckDb.open(DuckDbSettings.of(List.of()));
          FeatureReader reader =
              database.query("SELECT i, 'text ' || i FROM range(50000) t(i)", 999, memory)) {
        var iterator = reader.iterator();
        for (int i = 0; i < batches; i++) {
          iterator.next();
        }
      }
    }
  }
}
