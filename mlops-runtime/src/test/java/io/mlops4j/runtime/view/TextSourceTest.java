package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over files whose columns have no types. */
class TextSourceTest {
  /** More rows than those by which DuckDB recognises types by default. */
  private static final int ROWS = 25_000;

  @TempDir private Path folder;
  private Path labels;

  @BeforeEach
  void labels() throws IOException {
    labels = text("labels.csv", "origin,at,late\nJFK,2001-01-02 00:00:00,1\n");
  }

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Object delay(Path landings) {
    FeatureView view =
        FeatureView.builder("delays")
            .source(FeatureSource.file(landings))
            .keys("origin")
            .eventTime("landed")
            .build();
    Path file = folder.resolve("training.parquet");
    TrainingSet.builder(FeatureSource.file(labels), "at").label("late").view(view).write(file);
    try (RootAllocator memory = new RootAllocator();
        FeatureReader rows = DataFiles.open(file, memory)) {
      FeatureBatch only = rows.iterator().next();
      return only.column("delay").getObject(0);
    }
  }

  @Test
  void aLateFractionInAColumnOfWholeNumbersIsNotRounded() throws IOException {
    String csv = "LAX,2001-01-01 00:00:00,3\n".repeat(ROWS) + "JFK,2001-01-01 00:00:00,3.7\n";
    assertThat(delay(text("landings.csv", "origin,landed,delay\n" + csv))).isEqualTo(3.7);

    String row = "{\"origin\": \"%s\", \"landed\": \"2001-01-01 00:00:00\", \"delay\": %s}%n";
    String json = row.formatted("LAX", "3").repeat(ROWS) + row.formatted("JFK", "3.7");
    assertThat(delay(text("landings.jsonl", json))).isEqualTo(3.7);
  }

  @Test
  void aBrokenLineIsAnError() throws IOException {
    String good = "JFK,2001-01-01 00:00:00,3\n";
    for (String line : new String[] {"LAX,2\n", "LAX,2001-01-01 00:00:00,3,4\n"}) {
      Path file = text("landings.csv", "origin,landed,delay\n" + good + line);
      assertThatThrownBy(() -> delay(file))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("view delays");
    }
  }
}
