package io.mlops4j.spark;

import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Sessions and registries for tests. */
final class Sessions {
  private static final Path MODELS = Path.of("../src/test/resources/io/mlops4j/runtime");

  private Sessions() {}

  static SparkSession local() {
    return builder("local[2]").getOrCreate();
  }

  /**
   * Two executors, each a process of its own, with the class path of this one. Jobs begin when both
   * are there.
   */
  static SparkSession cluster(int cores) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars")); // a worker looks for it
    return builder("local-cluster[2,%d,600]".formatted(cores))
        .config("spark.cores.max", 2L * cores)
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.executor.memory", "600m")
        .config("spark.deploy.maxExecutorRetries", "-1")
        .config("spark.executor.extraClassPath", absoluteClassPath())
        .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13")
        .getOrCreate();
  }

  private static String absoluteClassPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElseThrow();
  }

  static SparkSession.Builder builder(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("mlops4j")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", Path.of("target/warehouse").toAbsolutePath().toString())
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1");
  }

  static Path model(String name) {
    return MODELS.resolve(name);
  }

  /** Publishes a model and sets the alias champion. */
  static void publish(ModelRegistry registry, String name, String file, String... features) {
    ModelCard.Builder card = ModelCard.builder(name);
    if (features.length > 0) {
      card.features(FeatureSchema.ofNames(features));
    }
    ModelVersion version = registry.publish(card.build(), model(file));
    registry.assign(name + "@champion", version, Change.by("test"));
  }

  static RegistryAddress folder(Path folder, String name, String file, String... features) {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      publish(registry, name, file, features);
    }
    return RegistryAddress.folder(folder.toString());
  }
}
