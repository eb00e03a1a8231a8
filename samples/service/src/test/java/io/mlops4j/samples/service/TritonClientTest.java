package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Triton's own client for Python calls the service. The test is skipped where {@code tritonclient}
 * cannot be imported.
 */
class TritonClientTest {
  @TempDir Path folder;

  private record Ended(int status, String output) {}

  private static Ended python(String... arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException e) {
      return new Ended(-1, String.valueOf(e));
    }
  }

  @Test
  void tritonsClientGetsTheAnswersOfTheTraining() throws Exception {
    boolean installed = python("-c", "import tritonclient.http, tritonclient.grpc").status() == 0;
    if (!installed) {
      System.out.println("skipped: python3 has no tritonclient to call the service with");
    }
    Assumptions.assumeTrue(
        installed, "no python3 with tritonclient: pip install tritonclient[http,grpc]");
    try (RunningService service = RunningService.start(folder)) {
      Ended ended =
          python(
              RunningService.sample().resolve("src/test/python/triton_client.py").toString(),
              "127.0.0.1:" + service.service.port(),
              "127.0.0.1:" + service.service.grpcPort());
      assertThat(ended.status()).as(ended.output()).isZero();
    }
  }
}
