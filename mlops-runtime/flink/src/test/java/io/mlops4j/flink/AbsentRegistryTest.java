package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task manager in a process of its own, which has no model yet, while the registry is away. */
@Thorough("cluster")
class AbsentRegistryTest {
  private static final long ROWS = 100_000;

  @TempDir private Path folder;

  @Test
  void aTaskManagerThatStartsMeanwhileFailsUntilTheRegistryIsBack() throws Exception {
    Path registry = folder.resolve("registry");
    Path away = folder.resolve("away");
    try (KilledTaskManagers jobs = new KilledTaskManagers(folder)) {
      JobID job = jobs.start(ROWS);
      jobs.awaitFiles();
      Files.move(registry, away);
      Process killed = jobs.cluster().taskManagers().get(0).destroyForcibly();
      assertThat(killed.waitFor()).isEqualTo(ProcessCluster.KILLED);
      Cluster.await(
          "a task that finds no registry",
          () -> jobs.cluster().failures(job).contains("found no registry, but no folder"));
      Files.move(away, registry);
      assertThat(jobs.finish(job)).isEqualTo(KilledTaskManagers.expected(ROWS));
    }
  }
}
