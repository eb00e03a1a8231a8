package io.mlops4j.springboot;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings of an application.
 *
 * @param runtime settings of the ModelRuntime bean
 * @param registry where models are stored
 * @param health when the health of the application is impaired
 * @param shutdown how the application stops
 * @param deployments deployments by the name of their bean
 */
@ConfigurationProperties(Mlops4jProperties.PREFIX)
record Mlops4jProperties(
    @DefaultValue Engine runtime,
    @DefaultValue Registry registry,
    @DefaultValue Health health,
    @DefaultValue Shutdown shutdown,
    @DefaultValue Map<String, Served> deployments) {
  static final String PREFIX = "mlops4j";

  /**
   * Settings of the runtime.
   *
   * @param threads How many threads one run may use. Default: the processors of the machine or
   *     container.
   * @param region Region of this process. Needed for models whose card names regions.
   * @param nativeCache Folder for the extracted native libraries. Default: a temporary folder.
   * @param keepLoaded Memory limit for models that stay loaded after they were closed. Default: no
   *     model stays loaded.
   * @param cpuTime Whether the processor time of each model is measured.
   * @param closeWithin How long running calls may continue when the application is closed. Calls
   *     that take longer are ended.
   */
  record Engine(
      @Nullable Integer threads,
      @Nullable String region,
      @Nullable String nativeCache,
      @Nullable DataSize keepLoaded,
      @DefaultValue("false") boolean cpuTime,
      @DefaultValue("10s") Duration closeWithin) {}

  /**
   * The place of the registry: a folder or a database.
   *
   * @param folder Folder of the registry.
   * @param dataSource Name of the DataSource bean of the registry's database.
   * @param schema Schema of the registry's tables. Default: that of the connections.
   * @param prefix Beginning of the names of the registry's tables. Default: mlops4j_
   * @param blobsIn Folder for the models' bytes, if the database does not contain them.
   * @param statementTimeout Time limit of one statement in the database. Default: two minutes.
   * @param create Whether a registry that does not exist is created.
   */
  record Registry(
      @Nullable String folder,
      @Nullable String dataSource,
      @Nullable String schema,
      @Nullable String prefix,
      @Nullable String blobsIn,
      @Nullable Duration statementTimeout,
      @DefaultValue("false") boolean create) {}

  /**
   * The health indicator.
   *
   * @param outOfServiceOn States of a deployment that make the health OUT_OF_SERVICE. Default:
   *     none, because the last good version serves.
   */
  record Health(@DefaultValue Set<Impairment> outOfServiceOn) {}

  /**
   * The end of the application.
   *
   * @param drain How long requests are still accepted after the readiness went down, so that load
   *     balancers and clients go elsewhere. There is no wait if no request has ever come.
   */
  record Shutdown(@DefaultValue("2s") Duration drain) {}

  /** A state in which the version of the alias does not serve, or may not serve for long. */
  enum Impairment {
    /** The alias points to a version that was refused. */
    REFUSED,
    /** The alias points to a version that is retried. */
    WAITING,
    /** The registry cannot be read. */
    OUTAGE,
    /** The circuit breaker of the serving version is open. */
    CIRCUIT_OPEN
  }

  /**
   * One deployment.
   *
   * @param alias Alias to follow, for example flight-delay@champion. Required.
   * @param actor Name of this service in the registry's history. Default: spring.application.name,
   *     or the name of the deployment.
   * @param every How often the alias is read.
   * @param lastGoodIn Folder for a copy of the serving version, which serves after a restart
   *     without the registry.
   * @param shadow Alias of a challenger that gets the same rows. Its answers are never returned.
   * @param canary A second alias that answers a share of the calls.
   * @param microBatching Largest number of rows in one grouped run. Default: calls are not grouped.
   * @param circuitBreaker When failing calls no longer reach a version. Default: always.
   * @param fallbackToPrevious Whether the previous version answers calls that fail.
   * @param keepPrevious Whether the previous version stays loaded, for a fast rollback.
   * @param shedAbove Number of calls in flight above which calls are rejected, the less important
   *     ones first. Default: no limit.
   * @param trialTimeout Time limit for loading and testing a version.
   * @param registryTimeout Time limit for reading the alias.
   * @param allowSignatureChange Whether a version may have other inputs and outputs.
   * @param allowNan Whether a version may answer NaN in its self-test.
   * @param recentRows Whether a version must answer recent rows of callers before it serves.
   * @param listeners Names of the InferenceListener beans to notify. Default: all of them.
   */
  record Served(
      @Nullable String alias,
      @Nullable String actor,
      @DefaultValue("1s") Duration every,
      @Nullable String lastGoodIn,
      @Nullable String shadow,
      @Nullable Canary canary,
      @Nullable Integer microBatching,
      @Nullable Breaker circuitBreaker,
      @DefaultValue("false") boolean fallbackToPrevious,
      @DefaultValue("false") boolean keepPrevious,
      @Nullable Integer shedAbove,
      @DefaultValue("5m") Duration trialTimeout,
      @DefaultValue("10s") Duration registryTimeout,
      @DefaultValue("false") boolean allowSignatureChange,
      @DefaultValue("false") boolean allowNan,
      @DefaultValue("true") boolean recentRows,
      @Nullable List<String> listeners) {}

  /**
   * A second alias that answers calls.
   *
   * @param alias Alias of the candidate, for example flight-delay@challenger.
   * @param share Share of the calls, 0 to 1.
   */
  record Canary(@Nullable String alias, @Nullable Double share) {}

  /**
   * The circuit breaker of each version. It is on if one of these is set.
   *
   * @param failureRate Share of failed calls at which it opens.
   * @param minimumCalls Number of calls below which it never opens.
   * @param window Time over which calls are counted.
   * @param pause How long calls are rejected before a trial.
   * @param trialCalls Number of calls of a trial.
   */
  record Breaker(
      @DefaultValue("0.5") double failureRate,
      @DefaultValue("20") int minimumCalls,
      @DefaultValue("10s") Duration window,
      @DefaultValue("30s") Duration pause,
      @DefaultValue("5") int trialCalls) {}
}
