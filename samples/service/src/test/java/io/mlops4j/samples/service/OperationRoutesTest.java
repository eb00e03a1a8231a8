package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Health and metrics of a service with a monitor and a folder for its data. */
class OperationRoutesTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() {
    service =
        RunningService.start(
            folder,
            "MLOPS_REFERENCE",
            RunningService.sample().resolve("data/flights-2001-01.arrow").toString(),
            "MLOPS_WINDOW_ROWS",
            "1000",
            "MLOPS_DATA",
            folder.resolve("data").toString());
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void healthNamesVersionAndDigest() {
    Answer answer = service.get("/health");
    assertThat(answer.status()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.get("status").asText()).isEqualTo("serving");
    assertThat(json.get("model").asText()).isEqualTo("flight-delay");
    assertThat(json.get("version").isInt()).isTrue();
    assertThat(json.get("digest").asText()).matches("sha256:[0-9a-f]{64}");
    assertThat(json.get("placement").asText()).isEqualTo("cpu");
    assertThat(json.get("calls").asText()).containsAnyOf("JNI", "java.lang.foreign");
    assertThat(json.has("outage")).isFalse();
    assertThat(service.get("/status").json().get("placement").asText())
        .containsPattern("^cpu, called through (JNI|java\\.lang\\.foreign)");
  }

  @Test
  void metricsHaveCallsRequestsMemoryAndTheMonitor() {
    assertThat(service.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
    assertThat(service.post("/predict", "{").status()).isEqualTo(400);
    String second = "status=\"400\",uri=\"/predict\"}";
    Answer answer = service.get("/metrics");
    for (int i = 0; i < 10_000 && !answer.body().contains(second); i++) {
      answer = service.get("/metrics"); // a request is counted after its answer has been sent
    }
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .contains(
            "mlops4j_inference_seconds_count{alias=\"champion\",engine=",
            "mlops4j_inference_rows_count{",
            "mlops4j_model_placement{alias=\"champion\",calls=\"",
            "mlops4j_runtime_memory_bytes{owner=\"arrow\"}",
            "mlops4j_monitor_rows_total{model=\"flight-delay\"}",
            "mlops4j_monitor_drift{column=\"distance\",model=\"flight-delay\"}",
            "http_server_requests_seconds_count{method=\"POST\",status=\"200\",uri=\"/predict\"}",
            "http_server_requests_seconds_count{method=\"POST\",status=\"400\",uri=\"/predict\"}")
        .doesNotContain("uri=\"/nowhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health", "/metrics", "/v2/health/ready", "/v2/models/flight-delay/versions/7"})
  void headIsGetWithoutABody(String path) {
    HttpRequest head =
        service.request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<byte[]> response = service.send(head);
    Answer get = service.get(path);
    assertThat(response.statusCode()).isEqualTo(get.status());
    assertThat(response.headers().firstValue("Content-Type")).hasValue(get.type());
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "OPTIONS, /predict, POST",
    "HEAD, /predict, POST",
    "DELETE, /health, GET",
    "FOO, /v2, GET"
  })
  void anotherMethodIsRefusedWithTheKnownOnes(String method, String path, String allowed) {
    HttpRequest request =
        service.request(path).method(method, HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<byte[]> response = service.send(request);
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue(allowed);
    if (!method.equals("HEAD")) {
      assertThat(Answer.of(response).error())
          .isEqualTo("method: found " + method + ", expected one of " + allowed);
    }
  }

  @Test
  void healthSaysWhatCannotBeStored(@TempDir Path other) throws IOException {
    Path data = other.resolve("data");
    try (RunningService own = RunningService.start(other, "MLOPS_DATA", data.toString())) {
      assertThat(own.get("/health").json().has("data")).isFalse();
      Files.move(data, other.resolve("away"));
      Files.createFile(data); // in the way of a new folder
      assertThat(own.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
      String problem = "prediction log: MLOPS_DATA/predictions: cannot write: ";
      assertThat(awaitData(own, found -> found.contains(problem)).status()).isEqualTo(200);
      Answer status = own.get("/status");
      assertThat(status.json().get("data").isTextual()).isTrue();
      assertThat(own.get("/health").body() + status.body()).doesNotContain(other.toString());
      Files.delete(data);
      assertThat(awaitData(own, String::isEmpty).status()).isEqualTo(200);
      assertThat(data.resolve("predictions")).isDirectory();
    }
  }

  private static Answer awaitData(RunningService service, Predicate<String> expected) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    Answer answer = service.get("/health");
    while (!expected.test(answer.json().path("data").asText())) {
      assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
      answer = service.get("/health");
    }
    return answer;
  }

  @Test
  void aLabelIsJoinedWithItsPrediction() {
    String id = service.post("/predict", RunningService.FLIGHT).json().get("id").asText();
    Answer answer = service.post("/labels", "{\"id\":\"" + id + "\",\"late\":true}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    Answer wrong = service.post("/labels", "{\"id\":\"7\",\"late\":true}");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.error()).contains("prediction id: found \"7\"");
    Answer none = service.post("/labels", "{\"id\":null,\"late\":true}");
    assertThat(none.status()).isEqualTo(400);
    assertThat(none.error()).isEqualTo("id: found no value, expected that of a prediction");
  }

  @Test
  void theAliasIsFollowedWithoutARestart() {
    try (ModelRegistry registry = FileModelRegistry.open(service.registry)) {
      List<io.mlops4j.model.ModelVersion> versions = registry.versions(Demo.MODEL);
      for (int to : new int[] {2, 1}) {
        registry.assign(
            Demo.CHAMPION, versions.get(to - 1), Change.by("ana").because("a test of the swap"));
        service.service.refresh();
        assertThat(service.get("/health").json().get("version").asInt()).isEqualTo(to);
        JsonNode servedBy = service.post("/predict", RunningService.FLIGHT).json().get("servedBy");
        assertThat(servedBy.get("version").asInt()).isEqualTo(to);
      }
    }
  }
}
