package io.mlops4j.springboot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.inference.RowModel;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.springboot.Flights.Delay;
import io.mlops4j.springboot.Flights.Flight;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
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
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with a web server, health and metrics. */
@DependsOnJava
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
    if (all.stream().noneMatch(each -> each.contains("shutdown.drain"))) {
      all.add("--mlops4j.shutdown.drain=0s");
    }
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

  /** Without the drain, Tomcat resets the connection on which the second request comes. */
  @Test
  void requestsAreAnsweredWhileTheReadinessIsDownAndEndTheirConnections() throws Exception {
    start("--mlops4j.shutdown.drain=3s", "--management.endpoint.health.probes.enabled=true");
    int port = Integer.parseInt(request("/").uri().getAuthority().split(":", 2)[1]);
    Application beans = application.getBean(Application.class);
    try (Socket kept = new Socket("localhost", port)) {
      assertThat(answer(kept)).startsWith("HTTP/1.1 200").doesNotContain("Connection: close");
      CompletableFuture<Void> closed = CompletableFuture.runAsync(application::close);
      assertThat(beans.refusing.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
      assertThat(answer(kept)).startsWith("HTTP/1.1 200").contains("Connection: close");
      assertThat(kept.getInputStream().read()).as("the end of the connection").isEqualTo(-1);
      try (Socket late = new Socket("localhost", port)) {
        assertThat(answer(late)).startsWith("HTTP/1.1 200").contains("Connection: close");
      }
      closed.get(30, TimeUnit.SECONDS);
    }
  }

  /** Sends a request and reads the answer, whose body is one number. */
  private static String answer(Socket socket) throws IOException {
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write("GET /delay HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    String length = head.toString().split("Content-Length: ", 2)[1].split("\r\n", 2)[0];
    in.readNBytes(Integer.parseInt(length));
    return head.toString();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {
    final CountDownLatch accepted = new CountDownLatch(1);
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch refusing = new CountDownLatch(1);

    @EventListener
    void availability(AvailabilityChangeEvent<ReadinessState> event) {
      if (event.getState() == ReadinessState.REFUSING_TRAFFIC) {
        refusing.countDown();
      }
    }

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
