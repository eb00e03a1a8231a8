package io.mlops4j.samples.service;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The live page, what it reads, and the description of the API. */
final class PageRoutes {
  /** The files and their types, by path. */
  private static final Map<String, Resource> FILES =
      Map.of(
          "/", new Resource("/page/index.html", "text/html; charset=utf-8"),
          "/page/style.css", new Resource("/page/style.css", "text/css; charset=utf-8"),
          "/page/page.js", new Resource("/page/page.js", "text/javascript; charset=utf-8"),
          "/openapi.json", new Resource("/openapi.json", "application/json"));

  private record Resource(String file, String type) {}

  private final Supplier<Status> status;
  private final Folders folders;

  PageRoutes(Supplier<Status> status, Folders folders) {
    this.status = status;
    this.folders = folders;
  }

  void addTo(RoutesConfig routes) {
    FILES.forEach(
        (path, resource) -> {
          byte[] content = read(resource.file());
          routes.get(path, http -> send(http, resource.type(), content));
        });
    routes.get("/status", http -> send(http, "application/json", folders.write(status.get())));
  }

  /** The page runs its own script only, in no frame of another page. */
  private static void send(Context http, String type, byte[] content) {
    http.header(
            "Content-Security-Policy", "default-src 'self'; img-src data:; frame-ancestors 'none'")
        .header("X-Content-Type-Options", "nosniff")
        .header("Cache-Control", "no-store")
        .contentType(type)
        .result(content);
  }

  private static byte[] read(String file) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(file)) {
      return Objects.requireNonNull(in, file).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
