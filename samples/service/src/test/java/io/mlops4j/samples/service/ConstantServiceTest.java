package io.mlops4j.samples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The constant is a fair measure of the service: it does everything but predict and JSON. */
class ConstantServiceTest {
  private static final String TENSORS =
      """
      {"inputs":[
      {"name":"distance","shape":[1],"datatype":"FP32","data":[106]},
      {"name":"hour","shape":[1],"datatype":"INT64","data":[0]},
      {"name":"weekday","shape":[1],"datatype":"INT64","data":[1]},
      {"name":"origin","shape":[1],"datatype":"BYTES","data":["JFK"]},
      {"name":"destination","shape":[1],"datatype":"BYTES","data":["BDL"]}]}""";

  private final HttpClient client = HttpClient.newHttpClient();
  private @TempDir Path folder;

  @Test
  void itAnswersAsManyBytesAndHeadersAsTheService() throws Exception {
    Settings settings =
        Settings.from(
            Map.of(
                "MLOPS_REGISTRY", "none",
                "MLOPS_MODEL", "none@none",
                "MLOPS_HOST", "127.0.0.1",
                "MLOPS_PORT", "0"));
    try (RunningService running = RunningService.start(folder);
        Web constant = ConstantService.start(settings)) {
      isLike(running, constant, "/predict", RunningService.FLIGHT);
      isLike(running, constant, "/v2/models/flight-delay/infer", TENSORS);
      assertThat(post(constant.port(), "/predict", "").statusCode())
          .as("it has received the body")
          .isEqualTo(400);
    }
  }

  private void isLike(RunningService running, Web constant, String path, String body)
      throws Exception {
    HttpResponse<byte[]> ours = post(running.service.port(), path, body);
    HttpResponse<byte[]> peer = post(constant.port(), path, body);
    assertThat(ours.statusCode()).isEqualTo(200);
    assertThat(peer.statusCode()).isEqualTo(200);
    assertThat(peer.headers().map().keySet()).isEqualTo(ours.headers().map().keySet());
    assertThat(peer.body().length)
        .as("but for the digits of the score and of the id")
        .isCloseTo(ours.body().length, within(4));
  }

  private HttpResponse<byte[]> post(int port, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofByteArray());
  }
}
