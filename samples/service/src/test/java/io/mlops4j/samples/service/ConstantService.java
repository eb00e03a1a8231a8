package io.mlops4j.samples.service;

import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.ResponseBody;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The same server with the same limits and meters, which receives each body and answers with the
 * same bytes, as many as the service answers: what the library and JSON cost is the difference. For
 * {@code ratios service} of the bench.
 */
final class ConstantService {
  private static final String RECORD =
      "{\"probability\":0.4511962,\"id\":\"e5a0f85ec25487cf-20-0\",\"servedBy\":{\"model\":"
          + "\"flight-delay\",\"version\":1,\"digest\":\"sha256:"
          + "a201fdd85c0d1ab766762e3063058c20fddc7bd6d2be84bbd42a851e7580e707\"}}";
  private static final String TENSOR =
      "{\"model_name\":\"flight-delay\",\"model_version\":\"1\",\"parameters\":{\"digest\":"
          + "\"sha256:a201fdd85c0d1ab766762e3063058c20fddc7bd6d2be84bbd42a851e7580e707\","
          + "\"prediction_id\":\"e5a0f85ec25487cf-20-0\"},\"outputs\":[{\"name\":\"probability\","
          + "\"datatype\":\"FP32\",\"shape\":[1],\"data\":[0.4511962]}]}";

  private ConstantService() {}

  public static void main(String[] args) {
    Map<String, String> variables = new HashMap<>(System.getenv());
    variables.putIfAbsent("MLOPS_REGISTRY", "none");
    variables.putIfAbsent("MLOPS_MODEL", "none@none");
    Web web = start(Settings.from(variables));
    System.err.println("serves a constant at the ports " + web.port() + " (HTTP)");
  }

  static Web start(Settings settings) {
    Calls calls =
        new Calls(new Admission(settings.maxCalls()), settings.deadline(), settings.maxBody());
    return Web.start(
        settings,
        Service.meters(),
        new Problems(System::nanoTime)::of,
        settings::shutdown,
        routes -> {
          routes.post("/predict", calls.admitted(constant(calls, RECORD)));
          routes.post("/v2/models/{model}/infer", calls.admitted(constant(calls, TENSOR)));
        });
  }

  private static Calls.Answering constant(Calls calls, String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    return http -> {
      if (calls.body(http).length == 0) {
        throw Problem.badInput("body: found nothing, expected some");
      }
      return ResponseBody.json(bytes);
    };
  }
}
