/**
 * Measures data and models, and judges.
 *
 * <p>{@link io.mlops4j.monitor.ModelMonitor} is the entry: it listens to a model or a deployment,
 * and raises {@linkplain io.mlops4j.monitor.alarm alarms}. {@link io.mlops4j.monitor.profile}
 * summarises data. {@link io.mlops4j.monitor.drift} compares two summaries under a policy, with the
 * statistics of {@link io.mlops4j.monitor.stats} and {@link io.mlops4j.monitor.stats.multivariate}.
 * {@link io.mlops4j.monitor.explain} finds the features that shift predictions, {@link
 * io.mlops4j.monitor.performance} measures answers against labels, {@link
 * io.mlops4j.monitor.stream} detects changes in streams of numbers, {@link
 * io.mlops4j.monitor.quality} checks rows for broken data, {@link io.mlops4j.monitor.log} keeps
 * what was predicted, and {@link io.mlops4j.monitor.report} writes pages and JSON.
 *
 * <p>{@link io.mlops4j.monitor.metrics} needs Micrometer, which is optional: add {@code
 * micrometer-core} to your module path and require {@code micrometer.core}.
 */
@SuppressWarnings("requires-automatic") // Micrometer
module io.mlops4j.monitor {
  requires transitive io.mlops4j.api;
  requires com.fasterxml.jackson.core;
  requires flatbuffers.java;
  requires java.management; // the processor time of the monitor's thread
  requires org.apache.arrow.format;
  requires org.apache.commons.numbers.gamma;
  requires transitive org.slf4j; // LogSink takes a logger
  requires static org.apache.arrow.compression; // compressed prediction logs
  requires static micrometer.core; // the meters
  requires static micrometer.observation; // the observations
  requires static micrometer.commons;

  exports io.mlops4j.monitor;
  exports io.mlops4j.monitor.alarm;
  exports io.mlops4j.monitor.drift;
  exports io.mlops4j.monitor.explain;
  exports io.mlops4j.monitor.gate;
  exports io.mlops4j.monitor.log;
  exports io.mlops4j.monitor.metrics;
  exports io.mlops4j.monitor.performance;
  exports io.mlops4j.monitor.profile;
  exports io.mlops4j.monitor.quality;
  exports io.mlops4j.monitor.reference;
  exports io.mlops4j.monitor.report;
  exports io.mlops4j.monitor.sink;
  exports io.mlops4j.monitor.stats;
  exports io.mlops4j.monitor.stats.multivariate;
  exports io.mlops4j.monitor.stream;

  provides io.mlops4j.spi.DataChecker with
      io.mlops4j.monitor.report.service.ReferenceDataChecker;
  provides io.mlops4j.spi.DataProfiler with
      io.mlops4j.monitor.report.service.ProfileDataProfiler;
  provides io.mlops4j.spi.DriftReporter with
      io.mlops4j.monitor.report.service.ProfileDriftReporter;
}
