/**
 * Loads, runs, stores and deploys models.
 *
 * <p>{@link io.mlops4j.runtime.ModelRuntime} is the entry: it loads models and starts {@linkplain
 * io.mlops4j.runtime.deployment.Deployment deployments}. {@link io.mlops4j.runtime.registry} opens
 * registries in a folder or a database, {@link io.mlops4j.runtime.trust} signs models and decides
 * whose signatures count, and {@link io.mlops4j.runtime.exchange} imports models from MLflow.
 *
 * <p>Engines are found by {@link java.util.ServiceLoader}. Libraries that are optional are required
 * at compile time only: add them to your module path, and their module names to {@code
 * --add-modules}, to use what needs them.
 */
@SuppressWarnings({
  "requires-automatic", // ONNX Runtime and three more have stable automatic names
  "module" // the modules of further artifacts are compiled later
})
module io.mlops4j.runtime {
  requires transitive io.mlops4j.api;
  requires transitive java.sql;
  requires com.fasterxml.jackson.databind;
  requires com.github.benmanes.caffeine;
  requires com.google.protobuf;
  requires com.microsoft.onnxruntime;
  requires flatbuffers.java;
  requires java.management;
  requires org.apache.arrow.format;
  requires org.apache.arrow.memory.unsafe; // found by name at run time
  requires org.slf4j;
  requires org.tribuo.util.onnx;
  requires static org.snakeyaml.engine; // MLflow's folders

  exports io.mlops4j.runtime;
  exports io.mlops4j.runtime.card;
  exports io.mlops4j.runtime.composition;
  exports io.mlops4j.runtime.deployment;
  exports io.mlops4j.runtime.exchange;
  exports io.mlops4j.runtime.lineage;
  exports io.mlops4j.runtime.registry;
  exports io.mlops4j.runtime.scoring;
  exports io.mlops4j.runtime.trust;
  exports io.mlops4j.runtime.binding to
      io.mlops4j.data;
  exports io.mlops4j.runtime.feature to
      io.mlops4j.data;
  exports io.mlops4j.runtime.feature.arrow to
      io.mlops4j.data;
  exports io.mlops4j.runtime.feature.engine to
      io.mlops4j.data;
  exports io.mlops4j.runtime.feature.reading to
      io.mlops4j.data;
  exports io.mlops4j.runtime.internal.file to
      io.mlops4j.data;
  exports io.mlops4j.runtime.internal.protobuf to
      io.mlops4j.tensorflow;
  exports io.mlops4j.runtime.memory to
      io.mlops4j.data,
      io.mlops4j.tensorflow;
  exports io.mlops4j.runtime.registry.jdbc to
      io.mlops4j.data;

  uses io.mlops4j.runtime.feature.engine.DataEngine;
  uses io.mlops4j.spi.DataChecker;
  uses io.mlops4j.spi.DataProfiler;
  uses io.mlops4j.spi.DriftReporter;
  uses io.mlops4j.spi.EngineProvider;
  uses org.apache.arrow.vector.compression.CompressionCodec.Factory;

  provides io.mlops4j.spi.EngineProvider with
      io.mlops4j.runtime.onnx.OnnxEngineProvider;
}
