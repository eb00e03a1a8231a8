package io.mlops4j.bench.docs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.log.PredictionLog;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.view.FeatureView;
import io.mlops4j.runtime.view.OnlineStore;
import javax.sql.DataSource;

/**
 * What the pages take for granted: names that an application has before a block begins. A block is
 * compiled, never run, so nothing is in them.
 */
@SuppressWarnings("NullAway.Init")
public abstract class Prelude {
  protected ModelRuntime runtime;
  protected ModelRegistry registry;
  protected DataSource dataSource;
  protected ModelMonitor monitor;
  protected PredictionLog log;
  protected Model model;
  protected Deployment late;
  protected FeatureBatch batch;
  protected FeatureBatch januaryRows;
  protected FeatureBatch mayRows;
  protected Profile january;
  protected Reference healthy;
  protected FeatureReader januaryFlights;
  protected FeatureReader mayFlights;
  protected FeatureView delays;
  protected OnlineStore store;
  protected MeterRegistry meterRegistry;
  protected ObservationRegistry observationRegistry;
}
