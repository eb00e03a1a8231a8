package io.mlops4j.samples.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchTest {
  private static final int ROWS = 149_999;

  @Test
  void theKilledRunIsResumedWithTheSameBytes(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Batch.Outcome outcome =
        new Batch(Path.of(".."), folder, new PrintStream(said, true, StandardCharsets.UTF_8)).run();

    assertThat(outcome.killed()).isEqualTo(137);
    assertThat(outcome.visible()).isFalse();
    assertThat(outcome.resumed().rows()).isEqualTo(ROWS);
    assertThat(outcome.resumed().resumedRows()).isBetween(1L, ROWS - 1L);
    assertThat(outcome.resumed().digest()).isEqualTo(outcome.whole().digest());
    assertThat(folder.resolve("scored.arrow"))
        .hasSameBinaryContentAs(folder.resolve("whole.arrow"));
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("149,999 flights", "exit code 137, no output", "149,999 rows, of which");
    assertThat(Files.exists(folder.resolve("scored.arrow.partial"))).isFalse();
  }
}
