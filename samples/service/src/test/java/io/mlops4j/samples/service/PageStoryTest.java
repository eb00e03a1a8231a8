package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live page while something happens: a rollout, a drift, and a version that is refused. */
@Tag("thorough") // browser
class PageStoryTest {
  private static final Change ANA = Change.by("ana").because("a test of the page");

  @TempDir Path folder;

  private static void await(String what, BooleanSupplier happened) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (!happened.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
    }
  }

  private static void call(RunningService service, String path, String body) {
    Answer answer = service.post(path, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private static String infer(int version) {
    return "/v2/models/flight-delay/versions/" + version + "/infer";
  }

  private static String input(String name, String type, String value) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[500],\"data\":[%s]}"
        .formatted(name, type, String.join(",", Collections.nCopies(500, value)));
  }

  /** Rows that are all alike, so that each column differs from the reference. */
  private static String alike() {
    return "{\"inputs\":[%s]}"
        .formatted(
            String.join(
                ",",
                input("distance", "FP32", "106"),
                input("hour", "INT64", "0"),
                input("weekday", "INT64", "1"),
                input("origin", "BYTES", "\"JFK\""),
                input("destination", "BYTES", "\"BDL\"")));
  }

  @Test
  void sharesVerdictsAndIncidentsAreShown() {
    try (InstalledChromium chromium = InstalledChromium.start();
        RunningService service =
            RunningService.start(
                folder,
                "MLOPS_REFERENCE",
                RunningService.sample().resolve("data/flights-2001-01.arrow").toString(),
                "MLOPS_WINDOW_ROWS",
                "100",
                "MLOPS_DEADLINE",
                "1m");
        ModelRegistry registry = FileModelRegistry.open(service.registry)) {
      ModelVersion candidate = registry.versions(Demo.MODEL).get(1);
      Rollout.of(registry, Demo.CHAMPION)
          .start(candidate, RolloutPlan.of(0.5).withEvery(Duration.ofHours(1)), ANA);
      await(
          "the candidate answers",
          () -> {
            service.service.refresh();
            return service.get("/status").json().get("canary").asText().contains(" answers ");
          });
      await(
          "drift is found",
          () -> {
            call(service, infer(1), alike());
            return service
                .get("/status")
                .json()
                .at("/monitor/incidents")
                .toString()
                .contains("drifted");
          });
      String address = "http://127.0.0.1:" + service.service.port();
      List<String> problems = new ArrayList<>();
      try (Page page = chromium.page(1280, address, problems)) {
        page.navigate(address + "/");
        page.locator("#state.good").waitFor();
        String deployment = page.locator("#deployment").textContent();
        assertThat(deployment)
            .contains("flight-delay:2, sha256:", "answers 50.0 % of the calls")
            .contains("flight-delay:2 on flight-delay@champion: running, step 1 of 1 (50 %)");
        assertThat(page.locator("#incidents tr:has-text('drifted')").first().textContent())
            .containsAnyOf("wasserstein", "jensen-shannon");
        for (String route : List.of("primary", "canary")) {
          Locator cells = page.locator("#versions tr:has-text('%s') td".formatted(route));
          await(
              "the page shows the share of " + route,
              () -> {
                for (int version = 1; version <= 2; version++) { // so that both have a row
                  call(service, infer(version), alike());
                }
                return cells.nth(3).textContent().matches("\\d{1,3}\\.\\d %");
              });
          assertThat(cells.nth(6).textContent()).as("median").endsWith(" ms");
        }
        refuse(service, registry);
        page.locator("#deployment dd.bad:has-text('%s:3')".formatted(Demo.MODEL)).waitFor();
      }
      assertThat(problems).isEmpty();
    }
  }

  /** Points the alias to a version that takes other inputs. */
  private static void refuse(RunningService service, ModelRegistry registry) {
    Path other =
        RunningService.sample().resolve("src/test/resources/io/mlops4j/samples/service/lists.onnx");
    registry.assign(
        Demo.CHAMPION, registry.publish(ModelCard.builder(Demo.MODEL).build(), other), ANA);
    service.service.refresh();
    assertThat(service.get("/health").json().get("refused").asText()).startsWith("flight-delay:3");
    assertThat(service.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
  }
}
