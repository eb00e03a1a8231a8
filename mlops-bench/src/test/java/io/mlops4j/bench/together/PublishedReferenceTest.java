package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reference in the folder of a version, from which the monitor of a deployment starts. */
class PublishedReferenceTest {
  private static final int ROWS = 600;
  private static final int DAYS = 14;

  @TempDir Path temporary;

  /** Words that are equally frequent on each day. */
  private static FeatureBatch days(BufferAllocator allocator) {
    DateDayVector on = new DateDayVector("on", allocator);
    VarCharVector word = new VarCharVector("word", allocator);
    try (VectorSchemaRoot root = VectorSchemaRoot.of(on, word)) {
      root.allocateNew();
      IntStream.range(0, DAYS * ROWS)
          .forEach(
              row -> {
                on.setSafe(row, 20_000 + row / ROWS);
                word.setSafe(row, new Text("w" + row % 10));
              });
      root.setRowCount(DAYS * ROWS);
      return FeatureBatch.owning(root);
    }
  }

  @Test
  void aMonitorStartsFromTheRegistryAlone() throws Exception {
    Path folder = Files.createDirectories(temporary.resolve("words"));
    try (BufferAllocator allocator = new RootAllocator();
        WordModel words = new WordModel(folder);
        ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      Reference learned;
      try (FeatureBatch days = days(allocator);
          Reference.Builder builder = Reference.builder()) {
        learned = builder.add(days).build();
      }
      Files.write(folder.resolve("healthy.reference"), learned.toBytes());
      ModelVersion first =
          registry.publish(ModelCard.builder("words").owner("test").build(), folder);
      registry.assign("words@champion", first, Change.by("test"));

      ModelVersion published = registry.resolve("words@champion");
      ByteBuffer file =
          Objects.requireNonNull(registry.source(published).external().get("healthy.reference"));
      byte[] bytes = new byte[file.remaining()];
      file.get(bytes);
      Reference read = Reference.fromBytes(bytes);
      assertThat(read.digest()).isEqualTo(learned.digest());

      try (ModelMonitor monitor =
              ModelMonitor.builder(read).card(registry.card(published)).everyRow().start();
          Deployment served = words.deployment(registry, monitor);
          FeatureBatch batch = words.batch(10)) {
        try (Prediction answered = served.predict(batch)) {
          assertThat(answered.rows()).isEqualTo(10);
        }
        monitor.flush();
        assertThat(monitor.counts().rows()).isEqualTo(10);
        assertThat(monitor.notWatched()).isEmpty();
      }
    }
  }
}
