package io.mlops4j.samples.service.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Javalin, Jackson and ONNX Runtime, as a careful developer writes it who knows all three: one
 * session with one thread for each call, a strict and reused reader, direct tensors, a timer for
 * Prometheus, and errors as JSON. It has no versions, no batching, no monitoring and no limits.
 */
final class HandwrittenService {
  private static final long[] ONE = {1};

  private record Flight(float distance, int hour, int weekday, String origin, String destination) {}

  private record Delay(float probability) {}

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final ObjectReader reader;
  private final ObjectWriter writer;
  private final Timer timer;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private HandwrittenService(String model) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(model, options);
    ObjectMapper json =
        new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    reader = json.readerFor(Flight.class);
    writer = json.writerFor(Delay.class);
    timer = Timer.builder("predict").publishPercentiles(0.5, 0.99).register(meters);
  }

  /** The argument is the model's file. */
  public static void main(String[] args) throws OrtException {
    HandwrittenService service = new HandwrittenService(args[0]);
    Javalin javalin =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.jetty.host = "127.0.0.1";
              config.jetty.port = 0;
              config.routes.post("/predict", service::predict);
              config.routes.get("/metrics", http -> http.result(service.meters.scrape()));
              config.routes.exception(
                  JsonProcessingException.class,
                  (e, http) -> http.status(400).json(Map.of("error", e.getOriginalMessage())));
            });
    javalin.start();
    System.err.println("serves by hand at the ports " + javalin.port() + " (HTTP)");
  }

  private void predict(Context http) throws Exception {
    long begin = System.nanoTime();
    Flight flight = reader.readValue(http.bodyAsBytes());
    Delay delay = new Delay(probability(flight));
    http.contentType("application/json").result(writer.writeValueAsBytes(delay));
    timer.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
  }

  private float probability(Flight flight) throws OrtException {
    try (OnnxTensor distance = tensor(flight.distance());
        OnnxTensor hour = tensor(flight.hour());
        OnnxTensor weekday = tensor(flight.weekday());
        OnnxTensor origin = tensor(flight.origin());
        OnnxTensor destination = tensor(flight.destination());
        OrtSession.Result result =
            session.run(
                Map.<String, OnnxTensorLike>of(
                    "distance", distance,
                    "hour", hour,
                    "weekday", weekday,
                    "origin", origin,
                    "destination", destination))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    }
  }

  private OnnxTensor tensor(float value) throws OrtException {
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[] {value}), ONE);
  }

  private OnnxTensor tensor(long value) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {value}), ONE);
  }

  private OnnxTensor tensor(String value) throws OrtException {
    return OnnxTensor.createTensor(environment, new String[] {value}, ONE);
  }
}
