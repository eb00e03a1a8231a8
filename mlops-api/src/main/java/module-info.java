/**
 * Values and interfaces that every module of mlops4j and every application shares.
 *
 * <p>Applications use {@link io.mlops4j.feature}, {@link io.mlops4j.inference}, {@link
 * io.mlops4j.model}, {@link io.mlops4j.registry} and {@link io.mlops4j.error}. Gates of {@link
 * io.mlops4j.rollout} judge candidates. Engines implement {@link io.mlops4j.spi}. Unit tests of
 * applications use {@link io.mlops4j.testing}.
 */
@SuppressWarnings("module") // the modules below are compiled later
module io.mlops4j.api {
  requires transitive org.apache.arrow.memory.core;
  requires transitive org.apache.arrow.vector;
  requires transitive org.jspecify;
  requires com.fasterxml.jackson.core;

  exports io.mlops4j.error;
  exports io.mlops4j.feature;
  exports io.mlops4j.inference;
  exports io.mlops4j.model;
  exports io.mlops4j.registry;
  exports io.mlops4j.rollout;
  exports io.mlops4j.spi;
  exports io.mlops4j.testing;
  exports io.mlops4j.feature.internal to
      io.mlops4j.runtime;
  exports io.mlops4j.internal to
      io.mlops4j.data,
      io.mlops4j.runtime,
      io.mlops4j.monitor,
      io.mlops4j.springboot;
  exports io.mlops4j.rollout.internal to
      io.mlops4j.runtime,
      io.mlops4j.monitor;
}
