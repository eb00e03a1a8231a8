package io.mlops4j.samples.service;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.mlops4j.samples.service.inference.InferenceJson;
import io.mlops4j.samples.service.inference.InferenceRequest;
import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.ResponseBody;
import io.mlops4j.samples.service.inference.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The Open Inference Protocol, version 2, over HTTP, with the binary tensor data extension. */
final class ProtocolRoutes {
  private static final Map<String, Object> SERVER =
      Map.of(
          "name", ServedModel.SERVER,
          "version", ServedModel.SERVER_VERSION,
          "extensions", ServedModel.EXTENSIONS);

  private final ServedModel model;
  private final Calls calls;
  private final Admission admission;

  ProtocolRoutes(ServedModel model, Calls calls, Admission admission) {
    this.model = model;
    this.calls = calls;
    this.admission = admission;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/v2", http -> json(http, SERVER));
    routes.get("/v2/health/live", http -> json(http, Map.of("live", true)));
    routes.get("/v2/health/ready", this::serverReady);
    for (String path : List.of("/v2/models/{model}", "/v2/models/{model}/versions/{version}")) {
      routes.get(path, http -> json(http, model.metadata(model(http), version(http))));
      routes.get(path + "/ready", this::modelReady);
      routes.post(path + "/infer", calls.admitted(this::infer));
    }
  }

  private static void json(Context http, Object value) {
    http.contentType("application/json").result(Json.write(value));
  }

  private void serverReady(Context http) {
    boolean ready = !admission.isStopping();
    http.status(ready ? 200 : 503);
    json(http, Map.of("live", true, "ready", ready));
  }

  private void modelReady(Context http) {
    model.route(model(http), version(http)); // else there is no such model or version
    boolean ready = !admission.isStopping();
    http.status(ready ? 200 : 503);
    json(http, Map.of("name", model.name(), "ready", ready));
  }

  private static String model(Context http) {
    return http.pathParam("model");
  }

  private static String version(Context http) {
    return http.pathParamMap().getOrDefault("version", "");
  }

  private ResponseBody infer(Context http) {
    String name = model(http);
    String version = version(http);
    model.route(name, version); // before the body is read
    try (InferenceRequest request =
        InferenceJson.read(model.requests(), calls.body(http), jsonLength(http))) {
      return model.infer(
          name,
          version,
          request,
          calls.options(http),
          answer -> InferenceJson.write(request, answer));
    }
  }

  private static OptionalInt jsonLength(Context http) {
    @Nullable String length = http.header(Calls.JSON_LENGTH);
    if (length == null) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(length));
    } catch (NumberFormatException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "%s: found \"%s\", expected a number of bytes".formatted(Calls.JSON_LENGTH, length));
    }
  }
}
