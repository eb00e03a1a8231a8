package io.mlops4j.samples.service;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A service on free ports of the loopback interface. */
final class RunningService implements AutoCloseable {
  static final String FLIGHT =
      "{\"distance\":106,\"hour\":0,\"weekday\":1,\"origin\":\"JFK\",\"destination\":\"BDL\"}";

  final Path registry;
  final Service service;
  private final HttpClient client = HttpClient.newHttpClient();

  private RunningService(Path registry, Map<String, String> more) {
    this.registry = registry;
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "MLOPS_REGISTRY", registry.toString(),
                "MLOPS_MODEL", Demo.CHAMPION,
                "MLOPS_HOST", "127.0.0.1",
                "MLOPS_PORT", "0",
                "MLOPS_GRPC_PORT", "0"));
    settings.putAll(more);
    service = Service.start(Settings.from(settings));
  }

  /** Serves the first of two published versions. */
  static RunningService start(Path folder, String... settings) {
    Map<String, String> more = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      more.put(settings[i], settings[i + 1]);
    }
    Path registry = folder.resolve("registry");
    Demo.publish(sample(), registry);
    return new RunningService(registry, more);
  }

  /** Serves another model. */
  static RunningService of(Path registry) {
    return new RunningService(registry, Map.of());
  }

  /** The folder of the sample, seen from it or from the root of the project. */
  static Path sample() {
    return Files.isDirectory(Path.of("models")) ? Path.of("") : Path.of("samples", "service");
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path));
  }

  HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  Answer get(String path) {
    return Answer.of(send(request(path).build()));
  }

  Answer post(String path, String body, String... headers) {
    HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
    return Answer.of(send((headers.length > 0 ? request.headers(headers) : request).build()));
  }

  @Override
  public void close() {
    service.close();
  }
}
