package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The header of a call decides whether it is rejected under load. */
class PriorityTest {
  private static final int ROWS = 5_000;

  private @TempDir Path folder;

  private static String input(String name, String type, String value) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%d],\"data\":[%s]}"
        .formatted(name, type, ROWS, String.join(",", Collections.nCopies(ROWS, value)));
  }

  /** A call that is in flight for a while. */
  private static String manyFlights() {
    return "{\"inputs\":["
        + String.join(
            ",",
            input("distance", "FP32", "106"),
            input("hour", "INT64", "0"),
            input("weekday", "INT64", "1"),
            input("origin", "BYTES", "\"JFK\""),
            input("destination", "BYTES", "\"BDL\""))
        + "]}";
  }

  @Test
  void lessImportantCallsAreRejectedFirst() throws Exception {
    String flights = manyFlights();
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService client = Executors.newSingleThreadExecutor();
    try (RunningService service = RunningService.start(folder, "MLOPS_MAX_CALLS", "2")) {
      Future<?> load =
          client.submit(
              () -> {
                while (!enough.get()) {
                  Answer answer =
                      service.post("/v2/models/flight-delay/infer", flights, "X-Priority", "high");
                  assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                }
              });
      Answer low = low(service);
      for (int i = 0; low.status() == 200 && i < 100_000 && !load.isDone(); i++) {
        low = low(service);
      }
      assertThat(low.status()).as(low.body()).isEqualTo(503);
      assertThat(low.body()).contains("expected at most 1 for a call of priority LOW");
      Answer high = service.post("/predict", RunningService.FLIGHT, "X-Priority", "high");
      assertThat(high.status()).as(high.body()).isEqualTo(200);
      enough.set(true);
      load.get();
      assertThat(service.get("/status").json().get("rejected").get("LOW").asLong()).isPositive();
      assertThat(service.get("/status").json().get("rejected").get("HIGH").asLong()).isZero();
    } finally {
      enough.set(true);
      client.shutdownNow();
    }
  }

  private static Answer low(RunningService service) {
    return service.post("/predict", RunningService.FLIGHT, "X-Priority", "low");
  }
}
