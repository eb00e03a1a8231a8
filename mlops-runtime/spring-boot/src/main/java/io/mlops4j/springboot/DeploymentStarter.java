package io.mlops4j.springboot;

import io.mlops4j.error.MlopsException;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.CircuitBreaker;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.LoadShedding;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/** Starts one deployment with its properties and the beans of the application. */
final class DeploymentStarter {
  private final ConfigurableListableBeanFactory beans;
  private final Environment environment;
  private final String name;
  private final Mlops4jProperties.Served settings;
  private final Setter set;

  DeploymentStarter(
      ConfigurableListableBeanFactory beans,
      Environment environment,
      String name,
      Mlops4jProperties.Served settings) {
    this.beans = beans;
    this.environment = environment;
    this.name = name;
    this.settings = settings;
    this.set = new Setter("mlops4j.deployments." + name + ".");
  }

  Deployment start() {
    Deployment.Builder deployment = builder();
    deployment.from(registry());
    set.apply("actor", actor(), deployment::actor);
    set.apply("every", settings.every(), deployment::every);
    set.apply(
        "last-good-in", settings.lastGoodIn(), folder -> deployment.lastGoodIn(Path.of(folder)));
    set.apply("shadow", settings.shadow(), deployment::shadow);
    set.apply(
        "micro-batching",
        settings.microBatching(),
        rows -> deployment.microBatching(MicroBatching.upTo(rows)));
    set.apply("trial-timeout", settings.trialTimeout(), deployment::trialTimeout);
    set.apply("registry-timeout", settings.registryTimeout(), deployment::registryTimeout);
    canary(deployment);
    set.apply(
        "shed-above",
        settings.shedAbove(),
        calls -> deployment.shedding(LoadShedding.above(calls)));
    breaker(deployment);
    if (settings.fallbackToPrevious()) {
      deployment.fallbackToPrevious();
    }
    if (settings.keepPrevious()) {
      deployment.keepPrevious();
    }
    if (settings.allowSignatureChange()) {
      deployment.allowSignatureChange();
    }
    if (settings.allowNan()) {
      deployment.allowNan();
    }
    if (!settings.recentRows()) {
      deployment.withoutRecentRows();
    }
    listeners().forEach(bean -> deployment.listener(use(bean, InferenceListener.class)));
    beans
        .getBeanProvider(DeploymentCustomizer.class)
        .orderedStream()
        .forEach(customizer -> customizer.customize(name, deployment));
    try {
      return deployment.start();
    } catch (MlopsException e) {
      throw new DeploymentStartException(name, settings.alias(), e);
    }
  }

  private Deployment.Builder builder() {
    String alias = settings.alias();
    if (alias == null) {
      throw Settings.invalid(
          set.prefix() + "alias",
          null,
          "found none, expected the alias to follow, such as flight-delay@champion; set it");
    }
    ModelRuntime runtime = use(only(ModelRuntime.class), ModelRuntime.class);
    try {
      return runtime.deployment(alias);
    } catch (IllegalArgumentException e) {
      throw Settings.invalid(set.prefix() + "alias", alias, String.valueOf(e.getMessage()));
    }
  }

  private ModelRegistry registry() {
    if (beans.getBeanNamesForType(ModelRegistry.class, true, false).length == 0) {
      throw Settings.invalid(
          "mlops4j.registry.folder",
          null,
          "found no registry for the deployment "
              + name
              + ", expected one; set mlops4j.registry.folder or mlops4j.registry.data-source, or"
              + " define a ModelRegistry bean");
    }
    return use(only(ModelRegistry.class), ModelRegistry.class);
  }

  private String actor() {
    String actor = settings.actor();
    return actor != null ? actor : environment.getProperty("spring.application.name", name);
  }

  private void canary(Deployment.Builder deployment) {
    Mlops4jProperties.Canary canary = settings.canary();
    if (canary == null) {
      return;
    }
    String alias = canary.alias();
    Double share = canary.share();
    if (alias == null || share == null) {
      throw Settings.invalid(
          set.prefix() + "canary." + (alias == null ? "alias" : "share"),
          null,
          "found none, expected both canary.alias and canary.share; set it, or remove the other");
    }
    set.apply("canary.share", share, s -> deployment.canary(alias, s));
  }

  private void breaker(Deployment.Builder deployment) {
    Mlops4jProperties.Breaker breaker = settings.circuitBreaker();
    if (breaker == null) {
      return;
    }
    set.apply(
        "circuit-breaker",
        breaker,
        all ->
            deployment.circuitBreaker(
                CircuitBreaker.withDefaults()
                    .withFailureRate(all.failureRate())
                    .withMinimumCalls(all.minimumCalls())
                    .withWindow(all.window())
                    .withPause(all.pause())
                    .withTrialCalls(all.trialCalls())));
  }

  /** The names of the listeners, and Micrometer's meters in any case. */
  private Set<String> listeners() {
    List<String> all =
        Arrays.asList(beans.getBeanNamesForType(InferenceListener.class, true, false));
    List<String> named = settings.listeners();
    if (named == null) {
      return new LinkedHashSet<>(all);
    }
    for (int i = 0; i < named.size(); i++) {
      if (!all.contains(named.get(i))) {
        throw Settings.invalid(
            set.prefix() + "listeners",
            named.get(i),
            "found no InferenceListener bean of this name, expected one of " + all);
      }
    }
    Set<String> chosen = new LinkedHashSet<>(named);
    all.stream().filter(Mlops4jMetricsAutoConfiguration.METERS::equals).forEach(chosen::add);
    return chosen;
  }

  private String only(Class<?> type) {
    return beans.getBeanNamesForType(type, true, false).length == 1
        ? beans.getBeanNamesForType(type, true, false)[0]
        : "";
  }

  /** Gets a bean, which Spring closes after the deployment. */
  private <T> T use(String bean, Class<T> type) {
    if (bean.isEmpty()) {
      return beans.getBean(type); // the primary one, or an error that names all
    }
    beans.registerDependentBean(bean, name);
    return beans.getBean(bean, type);
  }
}
