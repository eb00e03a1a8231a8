package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FeatureViewTest {
  private static final String SQL = "SELECT k, ts, avg(x) AS x FROM source GROUP BY ALL";

  record Row(String k, Instant ts, double x) {}

  record Wider(String k, Instant ts, double x, double y) {}

  record Renamed(String k, Instant ts, double x) {}

  private static FeatureView.Builder view() {
    return view("events", "SELECT * FROM t");
  }

  private static FeatureView.Builder view(String name, String query) {
    return FeatureView.builder(name)
        .source(FeatureSource.sql(query))
        .sql(SQL)
        .keys("k")
        .eventTime("ts")
        .timeToLive(Duration.ofHours(6))
        .owner("ops-ml")
        .description("delays");
  }

  private static FeatureView transformed(Class<? extends Record> type, String version) {
    return view().transform(type, version, row -> null).build();
  }

  @Test
  void saysWhoAnswersForItAndWhatItIs() {
    assertThat(view().build().owner()).hasValue("ops-ml");
    assertThat(view().build().description()).hasValue("delays");
    FeatureView bare =
        FeatureView.builder("bare")
            .source(FeatureSource.sql("SELECT 1"))
            .keys("k")
            .eventTime("ts")
            .build();
    assertThat(bare.owner()).isEmpty();
    assertThat(bare.description()).isEmpty();
    assertThatThrownBy(() -> view().owner(" ")).hasMessageStartingWith("owner: found a blank text");
    assertThatThrownBy(() -> view().description(""))
        .hasMessageStartingWith("description: found a blank text");
  }

  @Test
  void ownerAndDescriptionAreNoPartOfTheVersion() {
    FeatureView view = view().build();
    for (FeatureView other :
        List.of(view().owner("ana").build(), view().description("late flights").build())) {
      assertThat(other.version()).isEqualTo(view.version());
      assertThat(other.stored()).as("one row in the store").isEqualTo(view.stored());
      assertThat(other).isNotEqualTo(view);
    }
    assertThat(view().build()).isEqualTo(view).hasSameHashCodeAs(view);
  }

  static Stream<FeatureView> others() {
    Stream<Consumer<FeatureView.Builder>> changes =
        Stream.of(
            view -> view.sql(SQL.replace("avg", "max")),
            view -> view.keys("x"),
            view -> view.keys("k", "x"),
            view -> view.eventTime("at"),
            view -> view.createdTime("known"),
            view -> view.timeToLive(Duration.ofHours(7)));
    return Stream.concat(
        changes.map(
            change -> {
              FeatureView.Builder view = view();
              change.accept(view);
              return view.build();
            }),
        Stream.of(
            view("other", "SELECT * FROM t").build(),
            view("events", "SELECT * FROM u").build(),
            view().source(FeatureSource.file(Path.of("t.parquet"))).build(),
            view().source(FeatureSource.file(Path.of("u.parquet"))).build(),
            transformed(Row.class, "1"),
            transformed(Row.class, "2"),
            transformed(Wider.class, "1")));
  }

  @ParameterizedTest
  @MethodSource("others")
  void everyPartThatDecidesAboutValuesIsAPartOfTheVersion(FeatureView other) {
    assertThat(other.version()).isNotEqualTo(view().build().version());
    assertThat(others().filter(each -> each.version().equals(other.version()))).hasSize(1);
  }

  @Test
  void aRecordsNameIsNoPartOfTheVersion() {
    assertThat(transformed(Renamed.class, "1").version())
        .isEqualTo(transformed(Row.class, "1").version());
  }

  /** Rows in stores have this digest in their name, so it must not change with a release. */
  @Test
  void theVersionIsTheSameInEveryProcess() {
    String content =
        """
        mlops4j feature view 1
        6 events
        19 sql SELECT * FROM t
        2 ts
        0\s
        4 PT6H
        50 SELECT k, ts, avg(x) AS x FROM source GROUP BY ALL
        0\s
        0\s
        1 k
        """;
    assertThat(view().build().version())
        .isEqualTo(Digest.sha256(content.getBytes(StandardCharsets.UTF_8)));
  }
}
