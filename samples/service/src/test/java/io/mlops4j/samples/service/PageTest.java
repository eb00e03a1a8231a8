package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live page in a browser, and the document of the API. */
class PageTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() {
    service =
        RunningService.start(
            folder,
            "MLOPS_REFERENCE",
            RunningService.sample().resolve("data/flights-2001-01.arrow").toString());
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void statusHasVersionsCallsAndTheMonitor() {
    assertThat(service.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
    Answer answer = service.get("/status");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.get("alias").asText()).isEqualTo("flight-delay@champion");
    assertThat(json.get("serving").get("version").asInt()).isEqualTo(1);
    JsonNode version = json.get("versions").get(0);
    assertThat(version.get("route").asText()).isEqualTo("primary");
    assertThat(version.get("rows").asDouble()).isPositive();
    assertThat(version.get("median").asDouble()).isBetween(1e-6, 10.0);
    assertThat(json.get("breakers").get(0).asText())
        .startsWith("flight-delay:1")
        .contains(": closed, 0 calls failed");
    assertThat(json.get("monitor").get("incidents").isArray()).isTrue();
  }

  @Test
  void thePageShowsTheStatusAndLoadsNothingFromElsewhere() {
    assertThat(service.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
    String address = "http://127.0.0.1:" + service.service.port();
    try (InstalledChromium chromium = InstalledChromium.start()) {
      for (int width : new int[] {1280, 390}) {
        List<String> problems = new ArrayList<>();
        try (Page page = chromium.page(width, address, problems)) {
          Response response = page.navigate(address + "/");
          assertThat(response.headerValue("content-security-policy"))
              .contains("default-src 'self'");
          page.locator("#state.good").waitFor();
          assertThat(page.locator("h1").textContent()).isEqualTo("flight-delay@champion");
          assertThat(page.locator("#deployment").textContent()).contains("1, sha256:");
          assertThat(page.locator("#deployment").textContent()).contains("cpu, called through");
          assertThat(page.locator("#versions tr").first().textContent()).contains("primary");
          assertThat(page.locator("#monitor").textContent()).contains("counted");
          assertThat((Integer) page.evaluate("document.documentElement.scrollWidth - innerWidth"))
              .as("pixels wider than a window of " + width)
              .isNotPositive();
        }
        assertThat(problems).as("width " + width).isEmpty();
      }
    }
  }

  @Test
  void thePageSaysThatTheServiceIsNotReachable() {
    String address = "http://127.0.0.1:" + service.service.port();
    try (InstalledChromium chromium = InstalledChromium.start();
        Page page = chromium.page(1280, address, new ArrayList<>())) {
      page.route("**/status", Route::abort);
      page.navigate(address + "/");
      page.locator("#state.bad").waitFor();
      assertThat(page.locator("#state").textContent()).isEqualTo("not reachable");
    }
  }

  /** Otherwise the figures of a service that hangs would look live. */
  @Tag("thorough") // browser
  @Test
  void thePageSaysThatTheServiceDoesNotAnswer() {
    String address = "http://127.0.0.1:" + service.service.port();
    try (InstalledChromium chromium = InstalledChromium.start();
        Page page = chromium.page(1280, address, new ArrayList<>())) {
      page.navigate(address + "/");
      page.locator("#state.good").waitFor();
      page.route("**/status", never -> {});
      page.locator("#state.bad").waitFor();
      assertThat(page.locator("#state").textContent()).isEqualTo("not reachable");
    }
  }

  @Test
  void everyRouteIsInTheDocumentAndTheOtherWayRound() {
    JsonNode paths = service.get("/openapi.json").json().get("paths");
    List<String> described = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    // The page's own files are no API.
    List<String> served =
        service.service.routes().stream().filter(it -> !it.contains("/page/")).toList();
    assertThat(described).containsExactlyInAnyOrderElementsOf(served);
  }

  @Test
  void thePriorityOfACallIsDescribed() {
    JsonNode paths = service.get("/openapi.json").json().get("paths");
    for (String path : List.of("/predict", "/v2/models/{model}/infer")) {
      List<String> parameters = paths.get(path).get("post").findValuesAsText("name");
      assertThat(parameters).as(path).contains("X-Priority", "X-Routing-Key", "traceparent");
    }
  }

  @Test
  void theSchemaOfARecordHasItsComponents() {
    JsonNode schemas = service.get("/openapi.json").json().get("components").get("schemas");
    assertThat(schemas.get("Flight").get("properties").fieldNames())
        .toIterable()
        .containsExactly("distance", "hour", "weekday", "origin", "destination");
    assertThat(schemas.get("Delay").get("properties").fieldNames())
        .toIterable()
        .containsExactly("probability", "id", "servedBy");
  }

  @Test
  void allReferencesOfTheDocumentResolve() {
    JsonNode document = service.get("/openapi.json").json();
    document
        .findValuesAsText("$ref")
        .forEach(
            reference ->
                assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse());
  }
}
