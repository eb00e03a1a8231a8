package io.mlops4j.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The service through a real port, and its files in the guide. */
class SampleTest {
  private static final Path SOURCES = Path.of("src/main");

  /** The first row of golden-1.csv and golden-2.csv, which scikit-learn answered. */
  private static final String FLIGHT =
      "{\"distance\":106.0,\"hour\":0,\"weekday\":1,\"origin\":\"JFK\",\"destination\":\"BDL\"}";

  private static final double FIRST = 0.451196148;

  @TempDir Path temporary;

  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> send(
      ConfigurableApplicationContext service, String path, String body)
      throws IOException, InterruptedException {
    String port = service.getEnvironment().getProperty("local.server.port");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    if (!body.isEmpty()) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void theServiceAnswersFollowsItsAliasAndNamesItsVersion() throws Exception {
    Path folder = temporary.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      Sample.serve(registry, 1);
    }
    try (ConfigurableApplicationContext service =
        SpringApplication.run(
            DelayService.class,
            "--server.port=0",
            "--spring.main.banner-mode=off",
            "--logging.level.root=off",
            "--mlops4j.registry.folder=" + folder,
            "--mlops4j.deployments.late.last-good-in=" + temporary.resolve("copy"))) {
      String first = send(service, "/delay", FLIGHT).body();
      assertThat(first).endsWith("\"version\":\"flight-delay:1\"}");
      assertThat(Double.parseDouble(first.replaceAll(".*\"probability\":([^,]*),.*", "$1")))
          .isCloseTo(FIRST, within(1e-5));

      HttpResponse<String> bad = send(service, "/delay", FLIGHT.replace("\"origin\":\"JFK\",", ""));
      assertThat(bad.statusCode()).isEqualTo(400);
      assertThat(bad.body()).contains("origin");

      Sample.serve(service.getBean(ModelRegistry.class), 2);
      service.getBean(Deployment.class).refresh();
      assertThat(send(service, "/delay", FLIGHT).body())
          .endsWith("\"version\":\"flight-delay:2\"}");
      assertThat(send(service, "/actuator/health", "").body())
          .contains("\"late\":{\"version\":\"flight-delay:2\",\"digest\":\"sha256:");
      assertThat(send(service, "/actuator/metrics/mlops4j.inference", "").body())
          .contains("\"mlops4j.inference\"", "flight-delay");
    }
  }

  @Test
  void theGuideShowsTheseFiles() throws IOException {
    String guide = Files.readString(Path.of("../../docs/spring-boot.md"));
    String program =
        Files.readString(SOURCES.resolve("java/io/mlops4j/samples/springboot/DelayService.java"));
    String settings = Files.readString(SOURCES.resolve("resources/application.properties"));

    String beans =
        Files.readString(Path.of("src/test/java/io/mlops4j/samples/springboot/GuideBeans.java"));

    assertThat(guide)
        .contains("```java\n" + program.substring(program.indexOf("import ")) + "```\n")
        .contains("```properties\n" + settings + "```\n");
    assertThat(guide)
        .containsIgnoringWhitespaces(
            beans.substring(beans.indexOf("  @Bean"), beans.lastIndexOf("}")));
  }
}
