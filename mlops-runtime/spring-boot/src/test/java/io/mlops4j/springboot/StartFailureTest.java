package io.mlops4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** What Spring Boot prints in place of a stack trace. */
@Timeout(60)
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
    Path file = temporary.resolve("application.properties");
    List<String> properties = new ArrayList<>(List.of(lines));
    properties.add("spring.main.banner-mode=off");
    Files.write(file, properties);
    RecordedFailure.REPORTS.clear();
    SpringApplication application = new SpringApplication(Application.class);
    application.setWebApplicationType(WebApplicationType.NONE);
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
  void aMisspeltGroupIsNamed() throws IOException {
    assertThat(report("mlops4j.deployment.late.alias=" + Flights.ALIAS))
        .contains("mlops4j.deployment.late.alias")
        .contains("expected one of deployments, health, registry, runtime");
  }

  @Test
  void aMisspeltSettingOfAGroupIsNamed() throws IOException {
    assertThat(report("mlops4j.registry.datasource-name=models"))
        .contains("expected one of blobs-in, create, data-source, folder, prefix, schema,");
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
        .contains("expected one with an alias to follow, as in flight-delay@champion");
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
    assertThat(report("mlops4j.registry.folder=" + temporary.resolve("elsewhere")))
        .contains("mlops4j.registry.folder")
        .contains("found no folder at")
        .contains("mlops4j.registry.create=true");
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
