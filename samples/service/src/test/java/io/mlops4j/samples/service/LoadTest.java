package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at once: versions are swapped, calls are refused, and the service stops. */
class LoadTest {
  private static final int CLIENTS = 16;
  private static final int CALLS = 100;

  @TempDir Path folder;

  /** Runs all clients, and counts their answers by status and version. */
  private static Map<String, Integer> load(RunningService service, Runnable meanwhile)
      throws Exception {
    Map<String, Integer> answers = new ConcurrentHashMap<>();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(
            clients.submit(
                () -> {
                  for (int call = 0; call < CALLS; call++) {
                    Answer answer = service.post("/predict", RunningService.FLIGHT);
                    String version =
                        answer.status() == 200
                            ? " by " + answer.json().get("servedBy").get("version")
                            : "";
                    answers.merge(answer.status() + version, 1, Integer::sum);
                  }
                }));
      }
      meanwhile.run();
      for (Future<?> client : running) {
        client.get();
      }
    } finally {
      clients.shutdownNow();
    }
    return answers;
  }

  @Test
  void noCallFailsWhileVersionsAreSwapped() throws Exception {
    try (RunningService service = RunningService.start(folder);
        ModelRegistry registry = FileModelRegistry.open(service.registry)) {
      List<ModelVersion> versions = registry.versions(Demo.MODEL);
      Map<String, Integer> answers =
          load(
              service,
              () -> {
                for (int swap = 1; swap <= 10; swap++) {
                  registry.assign(
                      Demo.CHAMPION, versions.get(swap % 2), Change.by("ana").because("a swap"));
                  service.service.refresh();
                }
              });
      assertThat(answers.keySet()).allMatch(it -> it.startsWith("200 by "));
      assertThat(answers.values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(CLIENTS * CALLS);
    }
  }

  @Test
  void callsBeyondTheLimitAreRefusedAndTheOthersAnswered() throws Exception {
    try (RunningService service = RunningService.start(folder, "MLOPS_MAX_CALLS", "1")) {
      Map<String, Integer> answers = load(service, () -> {});
      assertThat(answers.keySet()).isSubsetOf("200 by 1", "503").contains("200 by 1");
      assertThat(answers.values().stream().mapToInt(Integer::intValue).sum())
          .isEqualTo(CLIENTS * CALLS);
      assertThat(service.post("/predict", RunningService.FLIGHT).status()).isEqualTo(200);
    }
  }
}
