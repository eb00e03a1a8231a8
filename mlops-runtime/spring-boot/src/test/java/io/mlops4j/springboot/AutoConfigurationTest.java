package io.mlops4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.metrics.InferenceMeters;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import io.mlops4j.springboot.Flights.Delay;
import io.mlops4j.springboot.Flights.Flight;
import io.mlops4j.springboot.Mlops4jProperties.Impairment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@DependsOnJava
class AutoConfigurationTest {
  @TempDir Path temporary;

  private Path folder;
  private ApplicationContextRunner application;

  @BeforeEach
  void publish() {
    folder = Flights.folder(temporary.resolve("registry"));
    application =
        new ApplicationContextRunner()
            .withConfiguration(
                AutoConfigurations.of(
                    Mlops4jAutoConfiguration.class, Mlops4jMetricsAutoConfiguration.class))
            .withPropertyValues(
                "mlops4j.registry.folder=" + folder,
                "mlops4j.deployments.late.alias=" + Flights.ALIAS);
  }

  private static float predict(ApplicationContext context) {
    return predict(context.getBean(Deployment.class));
  }

  private static float predict(Model model) {
    return model.rows(Flight.class, Delay.class).predict(Flights.FLIGHT).probability();
  }

  @Test
  void testsRunWithTheVersionOfSpringBootThatTheBuildNames() {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("boot.version"));
  }

  @Test
  void aDeploymentIsABeanThatFollowsItsAlias() {
    application.run(
        context -> {
          assertThat(context).hasNotFailed();
          Deployment late = context.getBean("late", Deployment.class);
          assertThat(predict(late)).isBetween(0f, 1f);
          ModelVersion second = Flights.assign(context.getBean(ModelRegistry.class), 2);
          late.refresh();
          assertThat(late.servedBy().version()).contains(second);
        });
  }

  @Test
  void aRefusedVersionIsADetailOfAHealthyServiceUnlessThePropertiesSaySo() {
    application.run(
        context -> {
          Map<String, Deployment> deployments = context.getBeansOfType(Deployment.class);
          assertThat(DeploymentHealth.of(deployments, Set.of(Impairment.values())).impaired())
              .isFalse();
          Flights.assignWrong(context.getBean(ModelRegistry.class));
          deployments.get("late").refresh();

          DeploymentHealth health = DeploymentHealth.of(deployments, Set.of());

          assertThat(health.impaired()).isFalse();
          assertThat(health.details().get("late").toString())
              .contains("version=flight-delay:1", "refused=flight-delay:2: ", "placement=cpu")
              .containsPattern("calls=(JNI \\(|java.lang.foreign)");
          assertThat(DeploymentHealth.of(deployments, Set.of(Impairment.OUTAGE)).impaired())
              .isFalse();
          assertThat(DeploymentHealth.of(deployments, Set.of(Impairment.REFUSED)).impaired())
              .isTrue();
        });
  }

  @Test
  void anOpenCircuitBreakerIsADetail() {
    application
        .withPropertyValues(
            "mlops4j.deployments.late.circuit-breaker.minimum-calls=3",
            "mlops4j.deployments.late.circuit-breaker.failure-rate=0.01",
            "mlops4j.deployments.late.shed-above=8",
            "mlops4j.deployments.late.keep-previous=true")
        .run(
            context -> {
              Map<String, Deployment> deployments = context.getBeansOfType(Deployment.class);
              RowModel<Flight, Delay> late =
                  deployments.get("late").rows(Flight.class, Delay.class);
              CallOptions tooLate = CallOptions.withDefaults().withDeadline(Duration.ofNanos(1));
              DeploymentHealth health;
              int calls = 0;
              do { // a fast run may end before its deadline is noticed
                try {
                  late.predict(Flights.FLIGHT, tooLate);
                } catch (DeadlineException e) {
                  // counted by the breaker
                }
                health = DeploymentHealth.of(deployments, Set.of(Impairment.CIRCUIT_OPEN));
              } while (!health.impaired() && ++calls < 10_000);

              assertThat(health.impaired()).isTrue();
              assertThat(health.details().get("late").toString()).contains("circuitOpen=");
            });
  }

  @Test
  void theActorIsTheNameOfTheApplication() {
    application
        .withPropertyValues("spring.application.name=delay-service")
        .run(
            context -> {
              Deployment late = context.getBean(Deployment.class);
              Flights.assign(context.getBean(ModelRegistry.class), 2);
              late.refresh();
              assertThat(late.rollback(late.servedBy(), "test").orElseThrow().change().actor())
                  .isEqualTo("delay-service");
            });
  }

  @Test
  void withoutPropertiesThereIsARuntimeAndNothingElse() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(Mlops4jAutoConfiguration.class))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(ModelRuntime.class)
                    .doesNotHaveBean(ModelRegistry.class)
                    .doesNotHaveBean(Deployment.class));
  }

  @Test
  void aRegistryOfTheApplicationReplacesTheOneOfTheProperties() {
    ModelRegistry own = FileModelRegistry.open(folder);
    application
        .withBean("own", ModelRegistry.class, () -> own)
        .run(context -> assertThat(context.getBean(ModelRegistry.class)).isSameAs(own));
  }

  @Test
  void severalDeploymentsAreBeansByName() {
    application
        .withPropertyValues(
            "mlops4j.deployments.early.alias=" + Flights.ALIAS,
            "mlops4j.deployments.early.micro-batching=16",
            "mlops4j.deployments.early.recent-rows=false")
        .run(
            context ->
                assertThat(context.getBeansOfType(Deployment.class))
                    .containsOnlyKeys("late", "early"));
  }

  @Test
  void listenersThatAreBeansAreNotified() {
    application
        .withUserConfiguration(Listeners.class)
        .run(
            context -> {
              predict(context);
              assertThat(context.getBean("first", Heard.class).events).hasSize(1);
              assertThat(context.getBean("second", Heard.class).events).hasSize(1);
            });
  }

  @Test
  void onlyNamedListenersAreNotifiedIfThereAreNames() {
    application
        .withUserConfiguration(Listeners.class)
        .withPropertyValues("mlops4j.deployments.late.listeners=second")
        .run(
            context -> {
              predict(context);
              assertThat(context.getBean("first", Heard.class).events).isEmpty();
              assertThat(context.getBean("second", Heard.class).events).hasSize(1);
            });
  }

  @Test
  void aCustomizerSetsWhatHasNoProperty() {
    Heard heard = new Heard();
    application
        .withBean(
            DeploymentCustomizer.class,
            () ->
                (name, deployment) -> {
                  assertThat(name).isEqualTo("late");
                  deployment.listener(heard);
                })
        .run(
            context -> {
              predict(context);
              assertThat(heard.events).hasSize(1);
            });
  }

  @Test
  void callsAreCountedIfThereIsAMeterRegistry() {
    application
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .withUserConfiguration(Listeners.class)
        .withPropertyValues("mlops4j.deployments.late.listeners=second")
        .run(
            context -> {
              predict(context);
              assertThat(
                      context.getBean(MeterRegistry.class).get("mlops4j.inference").timer().count())
                  .isEqualTo(1);
            });
  }

  @Test
  void neitherMicrometerNorTheMonitorIsNeeded() {
    for (String missing : List.of("io.micrometer", "io.mlops4j.monitor")) {
      application
          .withClassLoader(new FilteredClassLoader(missing))
          .run(
              context -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(InferenceMeters.class);
                assertThat(predict(context)).isBetween(0f, 1f);
              });
    }
  }

  @Test
  void theRegistryMayBeInADatabaseOfTheApplication() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:" + temporary.resolve("database") + ";DB_CLOSE_DELAY=0");
    try (ModelRegistry registry = JdbcModelRegistry.builder(database).prefix("ml_").open()) {
      Flights.assign(registry, 1);
    }
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(Mlops4jAutoConfiguration.class))
        .withBean("models", DataSource.class, () -> database)
        .withPropertyValues(
            "mlops4j.registry.data-source=models",
            "mlops4j.registry.prefix=ml_",
            "mlops4j.deployments.late.alias=" + Flights.ALIAS)
        .run(context -> assertThat(predict(context)).isBetween(0f, 1f));
  }

  @Test
  void aDeploymentStartsFromItsCopyWhileTheDatabaseIsAway() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:" + temporary.resolve("database"));
    try (ModelRegistry registry = JdbcModelRegistry.open(database)) {
      Flights.assign(registry, 1);
    }
    ApplicationContextRunner restarts =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(Mlops4jAutoConfiguration.class))
            .withBean("dataSource", DataSource.class, () -> database)
            .withPropertyValues(
                "mlops4j.registry.data-source=dataSource",
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.last-good-in=" + temporary.resolve("copies"));
    restarts.run(
        context -> {
          Deployment late = context.getBean(Deployment.class);
          for (int i = 0;
              i < 6_000 && late.status().lastGood().orElseThrow().kept().isEmpty();
              i++) {
            LockSupport.parkNanos(1_000_000);
          }
          assertThat(late.status().lastGood().orElseThrow().kept()).isPresent();
        });
    database.setURL("jdbc:h2:" + temporary.resolve("elsewhere") + ";IFEXISTS=TRUE");
    restarts.run(
        context -> {
          assertThat(context).hasNotFailed();
          Deployment late = context.getBean(Deployment.class);
          assertThat(late.status().lastGood().orElseThrow().serving()).isTrue();
          assertThat(predict(late)).isBetween(0f, 1f);
        });
  }

  @Test
  void aDeploymentClosesAfterTheBeansThatCallItAndBeforeItsListeners() {
    application
        .withUserConfiguration(Order.class)
        .run(context -> assertThat(context).hasNotFailed());

    assertThat(Order.CLOSED).containsExactly("caller", "listener heard 1");
  }

  @Test
  void memoryIsGivenBackWhenTheApplicationCloses() {
    application.run(
        context -> {
          predict(context);
          ModelRuntime runtime = context.getBean(ModelRuntime.class);
          Deployment late = context.getBean(Deployment.class);
          ((AutoCloseable) context.getSourceApplicationContext()).close();
          assertThat(runtime.figures().models()).isEmpty();
          assertThatThrownBy(() -> predict(late)).isInstanceOf(IllegalStateException.class);
        });
  }

  static final class Heard implements InferenceListener {
    final List<InferenceEvent> events = new ArrayList<>();

    @Override
    public void onInference(InferenceEvent event) {
      events.add(event);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Listeners {
    @Bean
    Heard first() {
      return new Heard();
    }

    @Bean
    Heard second() {
      return new Heard();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Order {
    static final List<String> CLOSED = new ArrayList<>();

    @Bean
    Caller caller(Deployment late) {
      return new Caller(late);
    }

    @Bean
    Closing listener() {
      return new Closing(new Heard());
    }

    record Caller(Deployment late) implements AutoCloseable {
      @Override
      public void close() {
        predict(late);
        CLOSED.add("caller");
      }
    }

    record Closing(Heard heard) implements InferenceListener, AutoCloseable {
      @Override
      public void onInference(InferenceEvent event) {
        heard.onInference(event);
      }

      @Override
      public void close() {
        CLOSED.add("listener heard " + heard.events.size());
      }
    }
  }
}
