package io.mlops4j.bench.serving;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Row32;
import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.bench.files.Folders;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.monitor.metrics.InferenceMeters;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a service runs: an alias of a registry is deployed, with a monitor, a prediction log and
 * Micrometer's meters as listeners, and is called with records. These are the rows of the monitor's
 * reference, because a monitor that finds drift in each window computes its evidence, too.
 */
final class FullStack implements Callers {
  private static final String ALIAS = "mlp@champion";

  private final Path folder;
  private final ModelRuntime runtime = Runtimes.builder().open();
  private final ModelRegistry registry;
  private final ModelMonitor monitor;
  private final PredictionLog log;
  private final Deployment deployment;
  private final RowModel<Row32, Mlps.Score> rows;
  private final Row32[] asked = Mlps.records(MonitoredModel.REFERENCE);

  FullStack(String model) throws IOException {
    folder = Files.createTempDirectory("mlops4j-stack");
    registry = FileModelRegistry.open(folder.resolve("registry"));
    ModelVersion version =
        runtime.publish(
            registry,
            ModelCard.builder("mlp").features(MonitoredModel.FEATURES).build(),
            Models.file(model));
    registry.assign(ALIAS, version, Change.by("bench"));
    monitor = ModelMonitor.builder(MonitoredModel.reference(runtime)).start();
    log = PredictionLog.builder(folder.resolve("log"), runtime.allocator()).start();
    deployment =
        runtime
            .deployment(ALIAS)
            .from(registry)
            .actor("bench")
            .listener(monitor)
            .listener(log)
            .listener(InferenceMeters.to(new SimpleMeterRegistry()))
            .start();
    rows = deployment.rows(Row32.class, Mlps.Score.class);
  }

  @Override
  public Caller caller(int number) {
    return call -> rows.predict(asked[call % asked.length]).y();
  }

  @Override
  public void settle() {
    monitor.flush();
    log.flush();
  }

  /** How many problems the monitor has found; none, or the figures are those of a sick service. */
  int incidents() {
    return monitor.incidents().size();
  }

  @Override
  public void close() throws IOException {
    deployment.close();
    System.out.printf(
        "# live.stack: %d incidents, monitor %s, log %s%n",
        incidents(), monitor.counts(), log.status());
    monitor.close();
    log.close();
    registry.close();
    runtime.close();
    Folders.delete(folder);
  }
}
