package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that may write no file above 100 KB stands for a disk that fills up midway. */
class TrainingSetOnFullDiskTest {
  @TempDir private Path folder;

  @Test
  void aTrainingSetThatRunsOutOfDiskLeavesTheEarlierFile() throws Exception {
    ChildProcess.requirePrlimit();
    Path events =
        Tables.write(
            folder.resolve("events.parquet"),
            "SELECT i % 9 AS k, TIMESTAMP '2001-01-01' + to_minutes(i) AS ts, i AS value FROM"
                + " range(99) r(i)");
    Path labels =
        Tables.write(
            folder.resolve("labels.parquet"),
            "SELECT i % 9 AS k, TIMESTAMP '2001-01-02' AS t, hash(i) AS id FROM range(100000)"
                + " r(i)");
    Path out = folder.resolve("out.parquet");
    assertThat(join(labels, events, out)).startsWith("DataException ").contains("File too large");
    assertThat(out).doesNotExist();
    Files.writeString(out, "earlier");
    assertThat(join(labels, events, out)).startsWith("DataException " + out + ": ");
    assertThat(out).hasContent("earlier");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(events, labels, out);
    }
  }

  private static String join(Path labels, Path events, Path out) throws Exception {
    Process child = ViewChild.start("join", labels.toString(), events.toString(), out.toString());
    List<String> said = ChildProcess.output(child).lines().toList();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).hasSize(1);
    return said.get(0);
  }
}
