package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.samples.service.inference.ServedModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document of the API is what the service does: each path, each status and each answer. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ANY = "/v2/models/{model}";
  private static final String ONE = ANY + "/versions/{version}";
  private static final List<String> CALLS =
      List.of("/predict", ANY + "/infer", ONE + "/infer"); // of the model

  private final HttpClient client = HttpClient.newHttpClient();
  private final Set<String> seen = new TreeSet<>();
  private @TempDir Path folder;
  private JsonNode document = JSON.createObjectNode();

  private static String tensors(int hour) {
    return """
    {"inputs":[
    {"name":"distance","shape":[1],"datatype":"FP32","data":[106]},
    {"name":"hour","shape":[1],"datatype":"INT64","data":[%d]},
    {"name":"weekday","shape":[1],"datatype":"INT64","data":[1]},
    {"name":"origin","shape":[1],"datatype":"BYTES","data":["JFK"]},
    {"name":"destination","shape":[1],"datatype":"BYTES","data":["BDL"]}]}\
    """
        .formatted(hour);
  }

  private static String body(String path, int hour) {
    return switch (path) {
      case "/predict" -> RunningService.FLIGHT.replace("\"hour\":0", "\"hour\":" + hour);
      case "/labels" -> "{\"id\":\"00000000000000ab-1f-0\",\"late\":true}";
      default -> tensors(hour);
    };
  }

  private static String resolved(String path) {
    return path.replace("{model}", "flight-delay").replace("{version}", "1");
  }

  private Answer get(int port, String path) {
    return answered("get", path, send(port, path, ""));
  }

  private Answer post(int port, String path, String body, String... headers) {
    Answer answer = answered("post", path, send(port, path, body, headers));
    if (answer.status() / 100 == 2) { // what the service takes is what the document asks for
      check(document.at(at(path) + "/post/requestBody"), "application/json", body, false);
    }
    return answer;
  }

  private Answer send(int port, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + resolved(path)));
    if (!body.isEmpty()) {
      request.POST(BodyPublishers.ofString(body)).header("Content-Type", "application/json");
    }
    try {
      return Answer.of(
          client.send(
              (headers.length > 0 ? request.headers(headers) : request).build(),
              BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new AssertionError(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String at(String path) {
    return "/paths/" + path.replace("~", "~0").replace("/", "~1");
  }

  /** Holds an answer against the document. */
  private Answer answered(String method, String path, Answer answer) {
    String what = method + " " + path + " " + answer.status();
    seen.add(what);
    JsonNode response =
        document.at("%s/%s/responses/%d".formatted(at(path), method, answer.status()));
    assertThat(response.isObject()).as(what + ": " + answer.body()).isTrue();
    if (response.has("$ref")) {
      response = document.at(response.get("$ref").asText().substring(1));
    }
    check(response, answer.type(), answer.body(), true);
    return answer;
  }

  private void check(JsonNode described, String type, String body, boolean strict) {
    if (!described.has("content")) {
      assertThat(body).as("the document describes no content").isEmpty();
      return;
    }
    String media = type.split(";", 2)[0];
    JsonNode content = described.get("content").get(media);
    assertThat(content).as(media + " among " + described.get("content")).isNotNull();
    if (media.equals("application/json")) {
      ObjectNode schema = JSON.createObjectNode();
      schema.setAll((ObjectNode) content.get("schema").deepCopy());
      schema.set("components", document.get("components").deepCopy());
      if (strict) {
        refuseOthers(schema);
      }
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(schema.toString(), InputFormat.JSON)
                  .validate(body, InputFormat.JSON))
          .as(body)
          .isEmpty();
    }
  }

  /** An answer has no member that the document does not name. */
  private static void refuseOthers(JsonNode schema) {
    if (schema instanceof ObjectNode node
        && node.path("type").asText().equals("object")
        && node.has("properties")) {
      node.put("additionalProperties", false);
    }
    schema.forEach(OpenApiTest::refuseOthers);
  }

  @Test
  void everyAnswerIsDescribedAndEveryDescribedStatusIsGiven() throws Exception {
    try (RunningService service =
        RunningService.start(
            folder.resolve("watched"),
            "MLOPS_REFERENCE",
            RunningService.sample().resolve("data/flights-2001-01.arrow").toString(),
            "MLOPS_MAX_BODY",
            "10000",
            "MLOPS_DEADLINE",
            "1m")) {
      int port = service.service.port();
      document = service.get("/openapi.json").json();
      for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
        if (path.getValue().has("get")) {
          assertThat(get(port, path.getKey()).status()).as(path.getKey()).isEqualTo(200);
        } else {
          assertThat(post(port, path.getKey(), body(path.getKey(), 0)).status() / 100).isEqualTo(2);
          callersMistakes(port, path.getKey());
        }
      }
      String example = document.at("/components/schemas/Flight/example").toString();
      assertThat(post(port, "/predict", example).status()).isEqualTo(200);
      unknownModelsAndVersions(port);
    }
    try (RunningService impatient =
        RunningService.start(folder.resolve("impatient"), "MLOPS_READ_TIMEOUT", "500ms")) {
      for (String path : List.of("/predict", "/labels", ANY + "/infer", ONE + "/infer")) {
        answered("post", path, raw(impatient.service.port(), path, "Content-Length: 100"));
        Answer coded =
            raw(impatient.service.port(), path, "Transfer-Encoding: gzip, chunked\r\n\r\n0");
        assertThat(answered("post", path, coded).status()).isEqualTo(501);
      }
    }
    troubles();
    assertThat(document.findValues("schema"))
        .filteredOn(schema -> schema.path("type").asText().equals("object"))
        .as("what the document does not describe, but for itself")
        .hasSize(1);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(described());
  }

  private Set<String> described() {
    Set<String> all = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            operation
                                .getValue()
                                .get("responses")
                                .fieldNames()
                                .forEachRemaining(
                                    status ->
                                        all.add(
                                            operation.getKey()
                                                + " "
                                                + path.getKey()
                                                + " "
                                                + status))));
    return all;
  }

  private void callersMistakes(int port, String path) {
    assertThat(post(port, path, "{").status()).isEqualTo(400);
    assertThat(post(port, path, "{}", "Content-Encoding", "br").status()).isEqualTo(422);
    assertThat(post(port, path, " ".repeat(10_001)).status()).isEqualTo(413);
  }

  private void unknownModelsAndVersions(int port) {
    for (String path : List.of(ANY, ANY + "/ready", ONE, ONE + "/ready")) {
      assertThat(answered("get", path, send(port, path.replace("{model}", "other"), "")).status())
          .isEqualTo(404);
    }
    for (String path : List.of(ANY + "/infer", ONE + "/infer")) {
      String other = path.replace("{model}", "other");
      assertThat(answered("post", path, send(port, other, tensors(0))).status()).isEqualTo(404);
    }
  }

  /**
   * The answer to a request without a body that its header announces. On a busy machine even the
   * head may come after the time limit; then there is no answer, and another request is sent.
   */
  private static Answer raw(int port, String path, String header) throws IOException {
    String all = "";
    for (int i = 0; i < 50 && all.isEmpty(); i++) {
      all = rawAnswer(port, path, header).replace("\r\n", "\n");
    }
    assertThat(all).as(path).startsWith("HTTP/1.1 ");
    String type = all.replaceFirst("(?s).*\nContent-Type: ([^\n]*)\n.*", "$1");
    return new Answer(
        Integer.parseInt(all.substring(9, 12)), type, all.substring(all.indexOf("\n\n") + 2));
  }

  private static String rawAnswer(int port, String path, String header) throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(resolved(path), header);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return ""; // closed before the head came
    }
  }

  /** A model that hangs or fails, behind the service's own routes. */
  private void troubles() {
    FailingModel.publish(folder.resolve("hours"));
    try (ModelRuntime runtime = ModelRuntime.open();
        ModelRegistry registry = FileModelRegistry.open(folder.resolve("hours"))) {
      try (Deployment deployment =
              runtime.deployment(Demo.CHAMPION).from(registry).actor("test").start();
          ServedModel model = new ServedModel(deployment, runtime.allocator())) {
        try (Web web = web(deployment, model, new Admission(8), Duration.ofMinutes(5))) {
          for (String path : CALLS) {
            Answer answer = post(web.port(), path, body(path, FailingModel.FAILS));
            assertThat(answer.status()).as(answer.body()).isEqualTo(500);
            assertThat(answer.error()).matches(FailureTest.ANSWER);
          }
          assertThat(post(web.port(), "/labels", body("/labels", 0)).status()).isEqualTo(404);
        }
        try (Web web = web(deployment, model, new Admission(8), Duration.ofMillis(300))) {
          for (String path : CALLS) {
            Answer answer = post(web.port(), path, body(path, FailingModel.HANGS));
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.error())
                .isEqualTo("the call took too long; try again later, or with fewer rows");
          }
        }
        Admission stopping = new Admission(8);
        assertThat(stopping.drain(Duration.ZERO)).isTrue();
        try (Web web = web(deployment, model, stopping, Duration.ofMinutes(5))) {
          for (String path : List.of("/predict", "/labels", ANY + "/infer", ONE + "/infer")) {
            Answer answer = post(web.port(), path, body(path, 0));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.error()).isEqualTo("the service is stopping");
          }
          for (String path :
              List.of("/health", "/v2/health/ready", ANY + "/ready", ONE + "/ready")) {
            assertThat(get(web.port(), path).status()).as(path).isEqualTo(503);
          }
          assertThat(get(web.port(), "/v2/health/live").status()).isEqualTo(200);
        }
      }
    }
  }

  private static Web web(
      Deployment deployment, ServedModel model, Admission admission, Duration deadline) {
    Settings settings =
        Settings.from(
            Map.of(
                "MLOPS_REGISTRY", "none",
                "MLOPS_MODEL", "none@none",
                "MLOPS_HOST", "127.0.0.1",
                "MLOPS_PORT", "0"));
    Calls calls = new Calls(admission, deadline, settings.maxBody());
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    return Web.start(
        settings,
        new SimpleMeterRegistry(),
        new Problems(System::nanoTime)::of,
        () -> Duration.ofSeconds(10),
        routes -> {
          new RecordRoutes(deployment, Optional.empty(), calls).addTo(routes);
          new ProtocolRoutes(model, calls, admission).addTo(routes);
          new OperationRoutes(deployment, meters, admission, Optional::empty, new Folders(settings))
              .addTo(routes);
        });
  }
}
