package io.mlops4j.bench.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.ratios.Comparison;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ViewTopicTest {
  @Test
  void everyNameIsThereOnceWithItsGoal() {
    assertThat(
            new ViewTopic()
                .comparisons().stream()
                    .collect(Collectors.toMap(Comparison::name, Comparison::goal)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("scale.asof.duckdb", 1.2, "scale.online.read", 1.0));
  }

  @Test
  void bothSidesWriteTheSameRows() throws Exception {
    try (JoinedFile ours = JoinedFile.byView(20_000, 2_000);
        JoinedFile theirs = JoinedFile.bare(20_000, 2_000)) {
      assertThat(ours.measure()).isPositive();
      assertThat(theirs.measure()).isPositive();
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT count(*), count(a), (SELECT count(*) FROM (SELECT * FROM '%1$s' EXCEPT ALL SELECT * FROM '%2$s')) FROM '%1$s'"
                      .formatted(ours.out(), theirs.out()))) {
        rows.next();
        assertThat(rows.getLong(1)).isEqualTo(2_000);
        assertThat(rows.getLong(2)).isBetween(1L, 1_999L);
        assertThat(rows.getLong(3)).as("rows that differ").isZero();
      }
    }
  }
}
