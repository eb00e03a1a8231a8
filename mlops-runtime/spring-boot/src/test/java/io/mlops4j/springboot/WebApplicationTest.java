package io.mlops4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.RowModel;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.springboot.Flights.Delay;
import io.mlops4j.springboot.Flights.Flight;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with a web server, health and metrics. */
class WebApplicationTest {
  @TempDir Path temporary;

  private final HttpClient client = HttpClient.newHttpClient();
  private Path folder;
  private ConfigurableApplicationContext application;

  @BeforeEach
  void publish() {
    folder = Flights.folder(temporary.resolve("registry"));
  }

  private void start(String... properties) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--server.shutdown=graceful",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=jdbc:h2:mem:web",
                "--management.endpoint.health.show-details=always",
                "--management.endpoints.web.exposure.include=health,metrics",
                "--mlops4j.registry.folder=" + folder,
                "--mlops4j.deployments.late.alias=" + Flights.ALIAS,
                "--mlops4j.deployments.late.every=1h"));
    all.addAll(List.of(properties));
    application = new SpringApplication(Application.class).run(all.toArray(String[]::new));
  }

  @AfterEach
  void close() {
    application.close();
  }

  private HttpRequest request(String path) {
    String port = application.getEnvironment().getProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void healthNamesTheVersionAndItsDigestAndMetersAreBound() throws Exception {
    start();
    String digest = application.getBean(Deployment.class).servedBy().digest().toString();
    get("/delay");

    HttpResponse<String> health = get("/actuator/health");

    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body())
        .contains("\"mlops4j\":{")
        .contains("\"late\":{\"version\":\"flight-delay:1\",\"digest\":\"" + digest + "\"");
    assertThat(get("/actuator/metrics/mlops4j.inference").body()).contains("\"value\":1.0");
    assertThat(get("/actuator/metrics/mlops4j.runtime.memory").statusCode()).isEqualTo(200);
  }

  @Test
  void aRefusedVersionIsOutOfServiceIfThePropertiesSaySo() throws Exception {
    start("--mlops4j.health.out-of-service-on=refused,outage");
    assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
    Flights.assignWrong(application.getBean(ModelRegistry.class));
    assertThat(application.getBean(Deployment.class).refresh().refused()).isPresent();

    HttpResponse<String> health = get("/actuator/health");

    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(health.body())
        .contains("\"status\":\"OUT_OF_SERVICE\"")
        .contains("\"version\":\"flight-delay:1\"")
        .contains("\"refused\":\"flight-delay:2: ");
  }

  @Test
  void healthCanBeSwitchedOff() {
    start("--management.health.mlops4j.enabled=false", "--spring.main.web-application-type=none");

    assertThat(application.containsBean("late")).isTrue();
    assertThat(application.containsBean("mlops4jHealthIndicator")).isFalse();
  }

  /** Its prediction begins when the application is already being closed. */
  @Test
  void aRequestThatWasAcceptedIsAnsweredAfterTheShutdownBegan() throws Exception {
    start();
    Application beans = application.getBean(Application.class);
    CompletableFuture<HttpResponse<String>> slow =
        client.sendAsync(request("/slow"), HttpResponse.BodyHandlers.ofString());
    assertThat(beans.accepted.await(30, TimeUnit.SECONDS)).isTrue();

    application.close();

    assertThat(slow.get().statusCode()).isEqualTo(200);
    assertThat(Float.parseFloat(slow.get().body())).isBetween(0f, 1f);
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {
    final CountDownLatch accepted = new CountDownLatch(1);
    final CountDownLatch closing = new CountDownLatch(1);

    @EventListener
    void closing(ContextClosedEvent event) {
      closing.countDown();
    }

    @Bean
    Delays delays(Deployment late) {
      return new Delays(this, late.rows(Flight.class, Delay.class));
    }
  }

  @RestController
  static final class Delays {
    private final Application application;
    private final RowModel<Flight, Delay> late;

    Delays(Application application, RowModel<Flight, Delay> late) {
      this.application = application;
      this.late = late;
    }

    @GetMapping("/delay")
    public String delay() {
      return String.valueOf(late.predict(Flights.FLIGHT).probability());
    }

    @GetMapping("/slow")
    public String slow() throws InterruptedException {
      application.accepted.countDown();
      application.closing.await();
      return delay();
    }
  }
}
