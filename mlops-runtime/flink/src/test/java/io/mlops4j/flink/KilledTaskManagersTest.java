package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.nio.file.Path;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Thorough("kills")
class KilledTaskManagersTest {
  private static final long ROWS = 100_000;

  @TempDir private Path folder;

  @Test
  void aKilledProcessLosesNoRowOrLabelAndRepeatsNone() throws Exception {
    try (KilledTaskManagers jobs = new KilledTaskManagers(folder)) {
      JobID job = jobs.start(ROWS);
      jobs.awaitFiles();
      Process killed = jobs.cluster().taskManagers().get(0).destroyForcibly();
      assertThat(killed.waitFor()).isEqualTo(ProcessCluster.KILLED);
      assertThat(jobs.finish(job)).isEqualTo(KilledTaskManagers.expected(ROWS));
      Cluster.await(
          "the killed one was replaced", () -> !jobs.cluster().taskManagers().contains(killed));
    }
  }
}
