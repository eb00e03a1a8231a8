package io.mlops4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What Spring Boot prints in place of a stack trace. */
@DependsOnJava
class StartFailureTest {
  @TempDir Path temporary;

  private Path folder;

  @BeforeEach
  void publish() {
    folder = Flights.folder(temporary.resolve("registry"));
  }

  private String registry() {
    return "mlops4j.registry.folder=" + folder;
  }

  /** Starts an application with a file of properties, and returns the printed report. */
  private String report(String... lines) throws IOException {
    return report(Map.of(), lines);
  }

  /** With environment variables, too. */
  private String report(Map<String, Object> variables, String... lines) throws IOException {
    Path file = temporary.resolve("application.properties");
    List<String> properties = new ArrayList<>(List.of(lines));
    properties.add("spring.main.banner-mode=off");
    Files.write(file, properties);
    RecordedFailure.REPORTS.clear();
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    application.setEnvironment(environment);
    assertThatThrownBy(() -> application.run("--spring.config.location=" + file.toUri()))
        .isInstanceOf(RuntimeException.class);
    assertThat(RecordedFailure.REPORTS).hasSize(1);
    return RecordedFailure.REPORTS.get(0).getDescription()
        + "\n"
        + RecordedFailure.REPORTS.get(0).getAction();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(Mlops4jAutoConfiguration.class)
  static class Application {}

  @Test
  void aMisspeltSettingIsNamedWithItsLineAndTheExpectedNames() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late.alais=" + Flights.ALIAS))
        .contains("mlops4j.deployments.late.alais")
        .contains("application.properties")
        .contains("2:32") // its line and column
        .contains("found a setting that mlops4j does not have, expected one of actor, alias, all");
  }

  @Test
  void aMisspeltGroupIsNamedWithTheNearestOne() throws IOException {
    assertThat(report("mlops4j.deployment.late.alias=" + Flights.ALIAS))
        .contains("mlops4j.deployment.late.alias")
        .contains("expected one of deployments, health, registry, runtime")
        .contains("did you mean \"deployments\"?");
    assertThat(report("mlops4j.registy.folder=" + folder)).contains("did you mean \"registry\"?");
    assertThat(report("mlops4j.deployments.late.canari.share=0.1"))
        .contains("did you mean \"canary\"?");
  }

  @Test
  void aMisspeltSettingOfAGroupIsNamed() throws IOException {
    assertThat(report("mlops4j.registry.datasource-name=models"))
        .contains("expected one of blobs-in, create, data-source, folder, prefix, schema,");
  }

  /** Each setting once, with its last two letters swapped, in a file and as a variable. */
  @ParameterizedTest
  @MethodSource("settings")
  void everySettingThatIsMisspeltIsNamedWithTheNearestOne(String setting) throws IOException {
    int end = setting.length();
    String misspelt =
        setting.substring(0, end - 2) + setting.charAt(end - 1) + setting.charAt(end - 2);
    String hint = "did you mean \"" + setting.substring(setting.lastIndexOf('.') + 1) + "\"?";
    String name = "mlops4j." + misspelt;
    assertThat(report(name + "=7"))
        .contains(name, "found a setting that mlops4j does not have", hint);
    for (String separator : List.of("", "_")) {
      String variable = name.replace("-", separator).replace('.', '_').toUpperCase(Locale.ROOT);
      boolean split = separator.equals("_") && setting.contains("circuit-breaker.");
      String nearest = split ? "did you mean \"circuit-breaker\"?" : hint; // the group
      assertThat(report(Map.of(variable, "7")))
          .contains("\"" + variable + "\"", "found a setting that mlops4j does not have", nearest);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everySettingThatIsEmptyIsNamed(String setting) throws IOException {
    String name = "mlops4j." + setting;
    assertThat(report(name + "=")).contains(name, "found no value, expected one");
    String variable = name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    assertThat(report(Map.of(variable, " "))).contains("found no value, expected one");
  }

  /** As docs/spring-boot.md lists them. */
  static List<String> settings() {
    String served = "deployments.late.";
    return List.of(
        "registry.folder",
        "registry.data-source",
        "registry.schema",
        "registry.prefix",
        "registry.blobs-in",
        "registry.statement-timeout",
        "registry.create",
        "runtime.threads",
        "runtime.region",
        "runtime.native-cache",
        "runtime.keep-loaded",
        "runtime.cpu-time",
        "runtime.close-within",
        "health.out-of-service-on",
        served + "alias",
        served + "actor",
        served + "every",
        served + "last-good-in",
        served + "shadow",
        served + "canary.alias",
        served + "canary.share",
        served + "micro-batching",
        served + "circuit-breaker.failure-rate",
        served + "circuit-breaker.minimum-calls",
        served + "circuit-breaker.window",
        served + "circuit-breaker.pause",
        served + "circuit-breaker.trial-calls",
        served + "fallback-to-previous",
        served + "keep-previous",
        served + "shed-above",
        served + "trial-timeout",
        served + "registry-timeout",
        served + "allow-signature-change",
        served + "allow-nan",
        served + "recent-rows",
        served + "listeners");
  }

  /** Both forms of a variable's name; the deployment is refused for its alias only. */
  @Test
  void settingsAsEnvironmentVariablesAreKnown() throws IOException {
    assertThat(
            report(
                Map.of(
                    "MLOPS4J_REGISTRY_FOLDER",
                    folder.toString(),
                    "MLOPS4J_DEPLOYMENTS_LATE_ALIAS",
                    "flight-delay@nobody",
                    "MLOPS4J_DEPLOYMENTS_LATE_TRIALTIMEOUT",
                    "20s",
                    "MLOPS4J_DEPLOYMENTS_LATE_REGISTRY_TIMEOUT",
                    "20s",
                    "MLOPS4J_HEALTH_OUTOFSERVICEON_0",
                    "refused")))
        .contains("The deployment late of flight-delay@nobody cannot start");
  }

  /** Of the command line, of the engine, and of Kubernetes for services with these names. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "MLOPS4J_USER",
        "MLOPS4J_DATA_PASSWORD",
        "MLOPS4J_REGISTRY",
        "MLOPS4J_CACHE",
        "MLOPS4J_JAVA_OPTS",
        "mlops4j.calls",
        "MLOPS4J_PORT",
        "MLOPS4J_SERVICE_HOST",
        "MLOPS4J_SERVICE_PORT_HTTP",
        "MLOPS4J_PORT_8080_TCP_ADDR",
        "MLOPS4J_REGISTRY_SERVICE_HOST",
        "MLOPS4J_REGISTRY_SERVICE_PORT",
        "MLOPS4J_REGISTRY_SERVICE_PORT_HTTP",
        "MLOPS4J_REGISTRY_PORT",
        "MLOPS4J_REGISTRY_PORT_8080_TCP",
        "MLOPS4J_RUNTIME_PORT_8080_TCP_PROTO"
      })
  void variablesOfOthersAreLeftAlone(String variable) throws IOException {
    String late = "mlops4j.deployments.late.alias=flight-delay@nobody";
    for (String value : List.of("tcp://10.0.0.1:8080", "")) {
      assertThat(report(Map.of(variable, value), registry(), late))
          .contains("The deployment late of flight-delay@nobody cannot start");
    }
  }

  @Test
  void anEmptySettingIsNamed() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late.every="))
        .contains("mlops4j.deployments.late.every")
        .contains("found no value, expected one; set it, or remove the line for the default");
  }

  @Test
  void aValueInPlaceOfSettingsIsNamed() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late=" + Flights.ALIAS))
        .contains("mlops4j.deployments.late")
        .contains("found a value, expected settings below it: actor, alias, allow-nan");
  }

  @Test
  void aValueOfAnotherTypeIsNamed() throws IOException {
    assertThat(
            report(
                registry(),
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.every=often"))
        .contains("mlops4j.deployments.late.every")
        .contains("often");
  }

  @Test
  void aValueThatTheBuilderRejectsIsNamed() throws IOException {
    assertThat(
            report(
                registry(),
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.every=0s"))
        .contains("mlops4j.deployments.late.every")
        .contains("expected more than zero");
    assertThat(report("mlops4j.runtime.threads=0"))
        .contains("mlops4j.runtime.threads")
        .contains("threads: found 0, expected at least 1");
  }

  @Test
  void anAliasThatIsNoneIsNamed() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late.alias=flight-delay"))
        .contains("mlops4j.deployments.late.alias")
        .contains("expected one with an alias to follow, such as flight-delay@champion");
  }

  @Test
  void aMissingAliasIsNamed() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late.every=2s"))
        .contains("mlops4j.deployments.late.alias")
        .contains("expected the alias to follow");
  }

  @Test
  void halfACanaryIsNamed() throws IOException {
    assertThat(
            report(
                registry(),
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.canary.alias=flight-delay@challenger"))
        .contains("mlops4j.deployments.late.canary.share")
        .contains("expected both canary.alias and canary.share");
  }

  @Test
  void aSettingOfTheCircuitBreakerThatIsRejectedIsNamed() throws IOException {
    assertThat(
            report(
                registry(),
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.circuit-breaker.failure-rate=2"))
        .contains("mlops4j.deployments.late.circuit-breaker")
        .contains("failure rate: found 2.0, expected more than 0, at most 1");
  }

  @Test
  void aDeploymentWithoutARegistryIsNamed() throws IOException {
    assertThat(report("mlops4j.deployments.late.alias=" + Flights.ALIAS))
        .contains("found no registry for the deployment late")
        .contains("set mlops4j.registry.folder or mlops4j.registry.data-source");
  }

  @Test
  void aFolderThatIsNotThereIsNamed() throws IOException {
    Path elsewhere = temporary.resolve("elsewhere");
    assertThat(report("mlops4j.registry.folder=" + elsewhere))
        .contains("mlops4j.registry.folder")
        .contains(elsewhere + ": found no registry, but no folder")
        .contains("mlops4j.registry.create=true");
    Files.createDirectory(elsewhere);
    assertThat(report("mlops4j.registry.folder=" + elsewhere)).contains("but an empty folder");
    assertThat(
            report(
                "mlops4j.registry.folder=" + elsewhere,
                "mlops4j.deployments.late.alias=flight-delay@champion",
                "mlops4j.deployments.late.last-good-in=" + temporary.resolve("copies")))
        .as("there is no copy")
        .contains(elsewhere + ": found no registry, but an empty folder");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void twoPlacesForARegistryAreNamed() throws IOException {
    assertThat(report(registry(), "mlops4j.registry.data-source=models"))
        .contains("mlops4j.registry.data-source")
        .contains("found it beside folder");
  }

  @Test
  void aDataSourceThatIsNotThereIsNamed() throws IOException {
    assertThat(report("mlops4j.registry.data-source=models"))
        .contains("mlops4j.registry.data-source")
        .contains("expected the name of a DataSource bean");
  }

  @Test
  void aListenerThatIsNotThereIsNamed() throws IOException {
    assertThat(
            report(
                registry(),
                "mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "mlops4j.deployments.late.listeners=monitor"))
        .contains("mlops4j.deployments.late.listeners")
        .contains("found no InferenceListener bean of this name");
  }

  @Test
  void aNameThatAnotherBeanHasIsRefused() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.modelRuntime.alias=" + Flights.ALIAS))
        .contains("found another bean with the name modelRuntime");
  }

  @Test
  void anAliasWithoutAVersionEndsTheStart() throws IOException {
    assertThat(report(registry(), "mlops4j.deployments.late.alias=flight-delay@nobody"))
        .contains("The deployment late of flight-delay@nobody cannot start")
        .contains("point the alias to a version that can serve");
  }

  @Test
  void deploymentsStartAtOnceEvenIfBeansAreLazy() throws IOException {
    assertThat(
            report(
                registry(),
                "spring.main.lazy-initialization=true",
                "mlops4j.deployments.late.alias=flight-delay@nobody"))
        .contains("The deployment late of flight-delay@nobody cannot start");
  }

  @Test
  void aVersionThatGivesWrongAnswersEndsTheStart() throws IOException {
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      Flights.assignWrong(registry);
    }
    assertThat(report(registry(), "mlops4j.deployments.late.alias=" + Flights.ALIAS))
        .contains("The deployment late of flight-delay@champion cannot start");
  }
}
