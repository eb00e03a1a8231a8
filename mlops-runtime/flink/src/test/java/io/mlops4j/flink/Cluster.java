package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A cluster in this process. Checkpoints are triggered by the tests. */
final class Cluster {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final MiniCluster cluster;
  private final List<JobID> submitted = new ArrayList<>();

  Cluster() throws Exception {
    this(new Configuration());
  }

  Cluster(Configuration with) throws Exception {
    Configuration settings = new Configuration(with);
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    settings.setString("metrics.reporter.test.factory.class", Figures.Factory.class.getName());
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(settings)
                .setNumTaskManagers(2)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
  }

  /** Restarts a job at once, three times. */
  static StreamExecutionEnvironment environment(int parallelism) {
    Configuration settings = new Configuration();
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 3);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(settings);
    environment.setParallelism(parallelism);
    environment.enableCheckpointing(Duration.ofHours(1).toMillis());
    return environment;
  }

  JobID submit(StreamExecutionEnvironment environment) throws Exception {
    return submit(environment, null);
  }

  JobID submit(StreamExecutionEnvironment environment, String savepoint) throws Exception {
    JobGraph graph = environment.getStreamGraph().getJobGraph();
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    }
    return submit(graph);
  }

  JobID submit(JobGraph graph) throws Exception {
    cluster.submitJob(graph).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    submitted.add(graph.getJobID());
    return graph.getJobID();
  }

  JobResult result(JobID job) throws Exception {
    return cluster.requestJobResult(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits for the end of a job that has to succeed. */
  void finish(JobID job) throws Exception {
    result(job).toJobExecutionResult(getClass().getClassLoader());
  }

  /** Why a job that restarted had failed, in words; empty if it had not. */
  String failure(JobID job) throws Exception {
    ErrorInfo failure = graph(job).getFailureInfo();
    return failure == null ? "" : failure.getExceptionAsString();
  }

  void checkpoint(JobID job) throws Exception {
    awaitTasks(job);
    cluster.triggerCheckpoint(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Flink refuses a checkpoint while a task of the job is not running yet. */
  private void awaitTasks(JobID job) {
    await(
        "the tasks of the job run",
        () ->
            StreamSupport.stream(graph(job).getAllExecutionVertices().spliterator(), false)
                .map(AccessExecutionVertex::getExecutionState)
                .allMatch(s -> s == ExecutionState.RUNNING || s == ExecutionState.FINISHED));
  }

  private AccessExecutionGraph graph(JobID job) {
    try {
      return cluster.getExecutionGraph(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no execution graph of the job", e);
    }
  }

  String stop(JobID job, String folder) throws Exception {
    awaitTasks(job);
    return cluster
        .stopWithSavepoint(job, folder, false, SavepointFormatType.CANONICAL)
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Ends one of two, in the middle of its work, and starts another one. */
  void replaceTaskManager() throws Exception {
    cluster.terminateTaskManager(0).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    cluster.startTaskManager();
  }

  /** Ends the jobs that a failed test has left. */
  void cancelAll() throws Exception {
    for (JobID job : submitted) {
      JobStatus status = cluster.getJobStatus(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (!status.isGloballyTerminalState()) {
        cluster.cancelJob(job).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        result(job);
      }
    }
    submitted.clear();
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long for: " + what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  void close() throws Exception {
    cluster.close();
  }
}
