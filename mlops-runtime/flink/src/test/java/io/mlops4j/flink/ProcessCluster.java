package io.mlops4j.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A cluster whose job manager is in this process, and whose task managers are processes of their
 * own. They can be killed. Another one takes the place of one that was killed.
 */
final class ProcessCluster implements AutoCloseable {
  /** The exit code of a process after SIGKILL. */
  static final int KILLED = 128 + 9;

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Path folder;
  private final StandaloneSessionClusterEntrypoint jobManager;
  private final RestClusterClient<StandaloneClusterId> client;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> taskManagers = new CopyOnWriteArrayList<>();
  private boolean closed;

  /**
   * @param folder for the files of the cluster
   * @param count the number of task managers, of which each has one slot
   */
  ProcessCluster(Path folder, int count) throws Exception {
    this.folder = folder;
    Map<String, String> settings = settings(folder);
    jobManager = new StandaloneSessionClusterEntrypoint(Configuration.fromMap(settings));
    jobManager.startCluster();
    settings.put("jobmanager.rpc.port", String.valueOf(jobManager.getRpcPort()));
    settings.put("rest.port", String.valueOf(jobManager.getRestPort()));
    Files.writeString(
        folder.resolve("config.yaml"),
        settings.entrySet().stream()
            .map(each -> each.getKey() + ": \"" + each.getValue() + "\"\n")
            .collect(Collectors.joining()));
    client =
        new RestClusterClient<>(Configuration.fromMap(settings), StandaloneClusterId.getInstance());
    for (int i = 0; i < count; i++) {
      startTaskManager();
    }
  }

  private static Map<String, String> settings(Path folder) {
    Map<String, String> settings = new TreeMap<>();
    for (String host :
        List.of(
            "jobmanager.rpc.address",
            "jobmanager.bind-host",
            "taskmanager.host",
            "taskmanager.bind-host",
            "rest.address",
            "rest.bind-address")) {
      settings.put(host, "127.0.0.1");
    }
    settings.put("jobmanager.rpc.port", "0");
    settings.put("rest.bind-port", "0");
    settings.put("io.tmp.dirs", folder.toString());
    settings.put("heartbeat.interval", "500 ms");
    settings.put("taskmanager.numberOfTaskSlots", "1");
    settings.put("taskmanager.cpu.cores", "1");
    // Flink's scripts compute all of them.
    Map<String, String> memory =
        Map.of(
            "framework.heap.size", "64m",
            "framework.off-heap.size", "64m",
            "task.heap.size", "128m",
            "task.off-heap.size", "64m",
            "managed.size", "8m",
            "network.min", "16m",
            "network.max", "16m",
            "jvm-metaspace.size", "128m",
            "jvm-overhead.min", "64m",
            "jvm-overhead.max", "64m");
    memory.forEach((name, size) -> settings.put("taskmanager.memory." + name, size));
    return settings;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // of the end of a process
  private synchronized void startTaskManager() {
    if (closed) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-Xmx300m", TaskManagerRunner.class.getName()));
    command.addAll(List.of("--configDir", folder.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("task-manager.log").toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    try {
      Process process = builder.start();
      taskManagers.add(process);
      process.onExit().thenRun(() -> replace(process));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void replace(Process ended) {
    taskManagers.remove(ended);
    if (ended.exitValue() == KILLED) {
      startTaskManager();
    }
  }

  /** The processes of the task managers, of which some may be starting. */
  List<Process> taskManagers() {
    return List.copyOf(taskManagers);
  }

  JobID submit(StreamExecutionEnvironment environment) throws Exception {
    JobGraph graph = environment.getStreamGraph().getJobGraph();
    return client.submitJob(graph).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Waits for the end of a job that has to succeed. */
  void finish(JobID job) throws Exception {
    client
        .requestJobResult(job)
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .toJobExecutionResult(getClass().getClassLoader());
  }

  /** Why a job failed, each time, as Flink's page of the job shows it. */
  String failures(JobID job) {
    URI page =
        URI.create(
            "http://127.0.0.1:%d/jobs/%s/exceptions".formatted(jobManager.getRestPort(), job));
    try {
      return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends all processes. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    taskManagers.forEach(Process::destroyForcibly);
    client.close();
    jobManager.closeAsync().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }
}
