package io.mlops4j.runtime.feature.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.fixture.Postgres;
import io.mlops4j.fixture.RowLines;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.feature.DataFiles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcQueryTest {
  private final RootAllocator memory = new RootAllocator();
  private final JdbcDataSource h2 = new JdbcDataSource();
  private Connection keepsTheDatabase;

  @BeforeEach
  void open() throws SQLException {
    h2.setURL("jdbc:h2:mem:readers");
    keepsTheDatabase = h2.getConnection();
  }

  @AfterEach
  void nothingIsLeft() throws SQLException {
    keepsTheDatabase.close();
    memory.close();
  }

  private List<String> rows(
      DataSource database, String sql, ReadOptions options, Object... parameters) {
    try (FeatureReader reader =
        DataFiles.query(database, sql, options, List.of(parameters), memory)) {
      return RowLines.of(reader);
    }
  }

  private List<String> types(DataSource database, String sql) {
    try (FeatureReader reader =
        DataFiles.query(database, sql, ReadOptions.defaults(), List.of(), memory)) {
      return reader.iterator().next().root().getSchema().getFields().stream()
          .map(Field::getType)
          .map(Object::toString)
          .toList();
    }
  }

  private static ReadOptions.Builder options() {
    return ReadOptions.builder();
  }

  @Test
  void mapsTheTypesOfH2() {
    String sql =
        """
        SELECT CAST(1 AS TINYINT) a, CAST(2 AS SMALLINT) b, 3 c, CAST(4 AS BIGINT) d,
          CAST(1.5 AS REAL) e, CAST(2.5 AS DOUBLE PRECISION) f, TRUE g, 'José' h,
          DATE '2001-05-03' i, TIME '12:00:01' j, TIMESTAMP '2001-05-03 12:00:00.123456' k,
          TIMESTAMP WITH TIME ZONE '2001-05-03 12:00:00+02' l, CAST(1.25 AS NUMERIC(10, 3)) m,
          X'01FF' n, ARRAY[CAST(1.5 AS DOUBLE PRECISION), 2] o, RANDOM_UUID() p,
          CAST(12345678901234567890123456789012345678901 AS NUMERIC(50)) q
        """;
    assertThat(types(h2, sql))
        .containsExactly(
            "Int(8, true)",
            "Int(16, true)",
            "Int(32, true)",
            "Int(64, true)",
            "FloatingPoint(SINGLE)",
            "FloatingPoint(DOUBLE)",
            "Bool",
            "Utf8",
            "Date(DAY)",
            "Time(MICROSECOND, 64)",
            "Timestamp(MICROSECOND, null)",
            "Timestamp(MICROSECOND, UTC)",
            "Decimal(10, 3, 128)",
            "Binary",
            "List",
            "Utf8",
            "Decimal(50, 0, 256)");
    String row = rows(h2, sql, ReadOptions.defaults()).get(1);
    assertThat(row)
        .startsWith("1\t2\t3\t4\t1.5\t2.5\ttrue\tJosé\t")
        .contains("12345678901234567890123456789012345678901", "1.250", "[1.5,2.0]");
    String nulls = sql.replaceAll("SELECT .*", "SELECT NULL x") + "";
    assertThat(rows(h2, nulls.lines().findFirst().orElseThrow(), ReadOptions.defaults()))
        .containsExactly("X", "null");
  }

  @Test
  void readsNullsOfEveryType() {
    assertThat(
            rows(
                h2,
                """
                SELECT CAST(NULL AS INTEGER) a, CAST(NULL AS REAL) b, CAST(NULL AS BOOLEAN) c,
                  CAST(NULL AS VARCHAR) d, CAST(NULL AS DATE) e, CAST(NULL AS TIMESTAMP) f,
                  CAST(NULL AS NUMERIC(5, 1)) g, CAST(NULL AS VARBINARY) h,
                  CAST(NULL AS INTEGER ARRAY) i, CAST(NULL AS DOUBLE PRECISION) j
                """,
                ReadOptions.defaults()))
        .containsExactly("A\tB\tC\tD\tE\tF\tG\tH\tI\tJ", "null" + "\tnull".repeat(9));
  }

  @Test
  void mapsTheTypesOfPostgres() {
    String sql =
        """
        SELECT 1::int2 a, 2 b, 3::int8 c, 1.5::float4 d, 2.5::float8 e, true f, 'x'::text g,
          '2001-05-03'::date h, '2001-05-03 12:00:00'::timestamp i,
          '2001-05-03 12:00:00+02'::timestamptz j, 1.25::numeric(10, 3) k, avg(1) l,
          array[1.5::float4, 2] m, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid n, '{}'::jsonb o
        """;
    DataSource postgres = Postgres.server().getPostgresDatabase();
    assertThat(types(postgres, sql))
        .containsExactly(
            "Int(16, true)",
            "Int(32, true)",
            "Int(64, true)",
            "FloatingPoint(SINGLE)",
            "FloatingPoint(DOUBLE)",
            "Bool",
            "Utf8",
            "Date(DAY)",
            "Timestamp(MICROSECOND, null)",
            "Timestamp(MICROSECOND, UTC)",
            "Decimal(10, 3, 128)",
            "FloatingPoint(DOUBLE)",
            "List",
            "Utf8",
            "Utf8");
    assertThat(rows(postgres, sql, ReadOptions.defaults()).get(1))
        .startsWith("1\t2\t3\t1.5\t2.5\ttrue\tx\t")
        .contains("[1.5,2.0]", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'NaN'::float8",
        "'Infinity'::float8",
        "'-Infinity'::float4",
        "'NaN'::numeric",
        "'Infinity'::numeric",
        "'-Infinity'::numeric"
      })
  void readsNumbersOfPostgresThatAreNotFinite(String number) {
    assertThat(postgres("SELECT " + number + " AS n", ReadOptions.defaults()))
        .containsExactly("n", number.replaceAll("'|::.*", ""));
  }

  /** Arrow's decimals and times have no such values. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '|',
      value = {
        "'NaN'::numeric(10, 2); NaN",
        "array['Infinity'::numeric, 1]; Infinity",
        "'infinity'::timestamp; is out of range",
        "'-infinity'::timestamptz; is out of range",
        "'infinity'::date; is out of range",
      })
  void namesValuesOfPostgresThatAreNotFinite(String value, String found) {
    DataSource postgres = Postgres.server().getPostgresDatabase(); // or the test is skipped
    String sql = "SELECT 1 AS k, %s AS n".formatted(value);
    assertThatThrownBy(() -> rows(postgres, sql, ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("column n, row 1: found", found, "ReadOptions.type", "CAST");
  }

  @Test
  void readsANumberThatIsNoDecimalAsTheTypeThatWasSet() {
    ReadOptions doubles = options().type("n", ElementType.FLOAT64).build();
    assertThat(postgres("SELECT 'NaN'::numeric(10, 2) AS n", doubles)).containsExactly("n", "NaN");
  }

  private List<String> postgres(String sql, ReadOptions options) {
    return rows(Postgres.server().getPostgresDatabase(), sql, options);
  }

  /** Two hundred million rows would take gigabytes if the driver collected them. */
  @Test
  void streamsFromPostgres() {
    DataSource postgres = Postgres.server().getPostgresDatabase();
    List<ReadProgress> seen = new ArrayList<>();
    try (FeatureReader reader =
        DataFiles.query(
            postgres,
            "SELECT generate_series(1, 200000000) AS id",
            options().batchRows(1000).onProgress(seen::add).build(),
            List.of(),
            memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      for (int i = 0; i < 5; i++) {
        assertThat(batches.next().rows()).isEqualTo(1000);
      }
    }
    assertThat(seen.get(4).rows()).isEqualTo(5000);
    assertThat(seen.get(4).text()).isEqualTo("5,000 rows");
  }

  @Test
  void namesAQueryThatFailsHalfWay() {
    DataSource postgres = Postgres.server().getPostgresDatabase();
    List<Integer> sizes = new ArrayList<>();
    try (FeatureReader reader =
        DataFiles.query(
            postgres,
            "SELECT 1 / (2500 - i) AS q FROM generate_series(1, 5000) i",
            options().batchRows(1000).build(),
            List.of(),
            memory)) {
      assertThatThrownBy(() -> reader.forEach(batch -> sizes.add(batch.rows())))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the query: failed after 2000 rows")
          .hasMessageContaining("division by zero")
          .hasMessageContaining("22012");
    }
    assertThat(sizes).containsExactly(1000, 1000);
  }

  @Test
  void choosesColumnsInAnyCaseAndTakesParameters() {
    assertThat(
            rows(
                h2,
                "SELECT x AS id, x * 2.5 AS cost, 'a' AS origin FROM SYSTEM_RANGE(1, 9) WHERE x >"
                    + " ?",
                options().columns("origin", "id").build(),
                7))
        .containsExactly("origin\tid", "a\t8", "a\t9");
    assertThatThrownBy(() -> rows(h2, "SELECT 1 AS distance", options().columns("distanc").build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "the query: cannot be read: found no column distanc among [DISTANCE]");
    assertThatThrownBy(() -> rows(h2, "SELECT 1 AS a, 2 AS a", ReadOptions.defaults()))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> rows(h2, "SELECT 1 AS a", options().filter("a > 1").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write the condition into the query");
  }

  @Test
  void convertsToTypesThatWereSet() {
    ReadOptions floats = options().type("A", ElementType.FLOAT32).build();
    assertThat(rows(h2, "SELECT CAST(1.5 AS NUMERIC(5, 2)) AS a", floats))
        .containsExactly("A", "1.5");
    ReadOptions whole = options().type("A", ElementType.INT32).build();
    assertThat(rows(h2, "SELECT CAST(2 AS NUMERIC(5, 2)) AS a", whole)).containsExactly("A", "2");
    assertThatThrownBy(
            () ->
                rows(
                    h2,
                    "SELECT CAST(1 + x / 2.0 AS DOUBLE PRECISION) AS a FROM SYSTEM_RANGE(0, 9)",
                    whole))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column A, row 2: found a value that is no Int(32, true)");
  }

  @Test
  void checksTypesBeforeTheFirstRow() {
    FeatureSchema schema = FeatureSchema.of(Feature.of("id", ElementType.FLOAT32));
    assertThatThrownBy(() -> rows(h2, "SELECT 1 / 0 AS id", options().features(schema).build()))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(
            () ->
                rows(
                    h2,
                    "SELECT x AS id FROM SYSTEM_RANGE(1, 9)",
                    options().features(schema).build()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the query: cannot be read: id: found int64, expected float32");
  }

  @Test
  void aQueryWithoutRowsHasOneBatchWithItsColumns() {
    assertThat(rows(h2, "SELECT 1 AS a WHERE FALSE", ReadOptions.defaults())).containsExactly("A");
  }

  @Test
  void namesAQueryThatCannotStart() {
    assertThatThrownBy(() -> rows(h2, "SELECT nothing", ReadOptions.defaults()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the query: cannot be started")
        .hasMessageContaining("NOTHING");
  }

  /** Connections of a pool return to their next user. */
  @Test
  void givesTheConnectionBackAsItWas() throws SQLException {
    AtomicInteger closed = new AtomicInteger();
    DataSource pool =
        (DataSource)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> shared(closed));
    rows(pool, "SELECT 1 AS a", ReadOptions.defaults());
    assertThatThrownBy(() -> rows(pool, "SELECT nothing", ReadOptions.defaults()))
        .isInstanceOf(DataException.class);
    assertThat(closed).hasValue(2);
    assertThat(keepsTheDatabase.getAutoCommit()).isTrue();
    assertThat(keepsTheDatabase.isReadOnly()).isFalse();
    try (Statement statement = keepsTheDatabase.createStatement()) {
      assertThat(statement.execute("CREATE TABLE t(a INT)")).isFalse();
    }
  }

  private Connection shared(AtomicInteger closed) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) -> {
              if (method.getName().equals("close")) {
                closed.incrementAndGet();
                return null;
              }
              try {
                return method.invoke(keepsTheDatabase, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
