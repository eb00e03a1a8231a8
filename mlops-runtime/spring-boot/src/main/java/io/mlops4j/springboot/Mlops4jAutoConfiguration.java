package io.mlops4j.springboot;

import io.mlops4j.error.RegistryException;
import io.mlops4j.inference.Closing;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.runtime.trust.TrustPolicy;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Adds beans to a Spring Boot application: a {@link ModelRuntime}, a {@link ModelRegistry} if
 * {@code mlops4j.registry.folder} or {@code mlops4j.registry.data-source} is set, and a {@link
 * io.mlops4j.runtime.deployment.Deployment} for each {@code mlops4j.deployments.<name>}, whose bean
 * has that name. A runtime or a registry that the application defines replaces the one made here.
 *
 * <p>Deployments start before the web server accepts requests, and close after it has stopped and
 * after the beans that use them. Listeners, registry and runtime close after the deployments.
 */
@AutoConfiguration
@Import(DeploymentRegistrar.class)
public class Mlops4jAutoConfiguration {
  /** Called by Spring. */
  public Mlops4jAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  ModelRuntime modelRuntime(Mlops4jProperties properties, ObjectProvider<TrustPolicy> trust) {
    Mlops4jProperties.Engine settings = properties.runtime();
    Setter set = new Setter("mlops4j.runtime.");
    ModelRuntime.Builder runtime = ModelRuntime.builder();
    set.apply("threads", settings.threads(), runtime::threads);
    set.apply("region", settings.region(), runtime::region);
    set.apply(
        "native-cache", settings.nativeCache(), folder -> runtime.nativeCache(Path.of(folder)));
    set.apply("keep-loaded", settings.keepLoaded(), size -> runtime.keepLoaded(size.toBytes()));
    set.apply(
        "close-within",
        settings.closeWithin(),
        time -> runtime.closing(Closing.endsCallsAfter(time)));
    if (settings.cpuTime()) {
      runtime.cpuTime();
    }
    trust.ifAvailable(runtime::trust);
    return runtime.open();
  }

  @Bean
  @ConditionalOnMissingBean(ModelRegistry.class)
  @ConditionalOnProperty("mlops4j.registry.folder")
  ModelRegistry folderModelRegistry(
      Mlops4jProperties properties, ObjectProvider<RegistryOptions> options) {
    Mlops4jProperties.Registry settings = properties.registry();
    Setter set = new Setter("mlops4j.registry.");
    set.refuse("data-source", settings.dataSource(), "found it beside folder");
    set.refuse("schema", settings.schema(), "found it for a registry in a folder");
    set.refuse("prefix", settings.prefix(), "found it for a registry in a folder");
    set.refuse("blobs-in", settings.blobsIn(), "found it for a registry in a folder");
    set.refuse(
        "statement-timeout", settings.statementTimeout(), "found it for a registry in a folder");
    Path folder = Path.of(String.valueOf(settings.folder()));
    RegistryOptions all = options.getIfAvailable(RegistryOptions::defaults);
    if (settings.create()) {
      return FileModelRegistry.open(folder, all);
    }
    if (properties.deployments().values().stream().anyMatch(it -> it.lastGoodIn() != null)) {
      return FileModelRegistry.openLater(folder, all); // it may start from its copy
    }
    try {
      return FileModelRegistry.openExisting(folder, all);
    } catch (RegistryException e) {
      throw Settings.invalid(
          "mlops4j.registry.folder",
          settings.folder(),
          e.getMessage() + ", or set mlops4j.registry.create=true");
    }
  }

  @Bean
  @ConditionalOnMissingBean(ModelRegistry.class)
  @ConditionalOnProperty("mlops4j.registry.data-source")
  ModelRegistry jdbcModelRegistry(
      Mlops4jProperties properties, BeanFactory beans, ObjectProvider<RegistryOptions> options) {
    Mlops4jProperties.Registry settings = properties.registry();
    Setter set = new Setter("mlops4j.registry.");
    JdbcModelRegistry.Builder registry =
        JdbcModelRegistry.builder(dataSource(beans, String.valueOf(settings.dataSource())));
    set.apply("schema", settings.schema(), registry::schema);
    set.apply("prefix", settings.prefix(), registry::prefix);
    set.apply("blobs-in", settings.blobsIn(), folder -> registry.blobsIn(Path.of(folder)));
    set.apply("statement-timeout", settings.statementTimeout(), registry::statementTimeout);
    options.ifAvailable(registry::options);
    if (!settings.create()) {
      registry.existing();
    }
    return registry
        .openLater(); // a deployment with a last good version starts without the database
  }

  private static DataSource dataSource(BeanFactory beans, String name) {
    try {
      return beans.getBean(name, DataSource.class);
    } catch (NoSuchBeanDefinitionException e) {
      throw Settings.invalid(
          "mlops4j.registry.data-source",
          name,
          "found no bean of this name, expected the name of a DataSource bean, such as dataSource;"
              + " correct the name, or configure spring.datasource");
    }
  }
}
