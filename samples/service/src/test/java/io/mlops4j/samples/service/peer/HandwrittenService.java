package io.mlops4j.samples.service.peer;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Javalin, Jackson and ONNX Runtime, as a careful developer writes it who knows all three: one
 * session with one thread for each call, a strict and reused reader with fast numbers, tensors that
 * each thread uses again for inputs and the output, a timer for Prometheus, and errors as JSON. It
 * has no versions, no batching, no monitoring and no limits.
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
  private final ThreadLocal<Tensors> tensors = ThreadLocal.withInitial(this::tensors);
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private HandwrittenService(String model) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(model, options);
    ObjectMapper json =
        JsonMapper.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build()
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
              config.http.responseBufferSize = 1024; // 32 KiB otherwise, new for each response
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
    Tensors own = tensors.get();
    try (OnnxTensor origin = tensor(flight.origin());
        OnnxTensor destination = tensor(flight.destination())) {
      return own.run(session, flight, origin, destination);
    }
  }

  private OnnxTensor tensor(String value) throws OrtException {
    return OnnxTensor.createTensor(environment, new String[] {value}, ONE);
  }

  private Tensors tensors() {
    try {
      return new Tensors(environment);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tensors of one thread over memory that it writes again for each call. */
  private static final class Tensors {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
    private final Map<String, OnnxTensorLike> inputs = new HashMap<>();
    private final Map<String, OnnxTensorLike> output;

    Tensors(OrtEnvironment environment) throws OrtException {
      inputs.put(
          "distance",
          OnnxTensor.createTensor(
              environment, memory.slice(0, 4).order(memory.order()), ONE, OnnxJavaType.FLOAT));
      inputs.put("hour", whole(environment, 8));
      inputs.put("weekday", whole(environment, 16));
      output =
          Map.of(
              "probability",
              OnnxTensor.createTensor(
                  environment, memory.slice(24, 4).order(memory.order()), ONE, OnnxJavaType.FLOAT));
    }

    private OnnxTensor whole(OrtEnvironment environment, int at) throws OrtException {
      return OnnxTensor.createTensor(
          environment, memory.slice(at, 8).order(memory.order()), ONE, OnnxJavaType.INT64);
    }

    float run(OrtSession session, Flight flight, OnnxTensor origin, OnnxTensor destination)
        throws OrtException {
      memory.putFloat(0, flight.distance());
      memory.putLong(8, flight.hour());
      memory.putLong(16, flight.weekday());
      inputs.put("origin", origin);
      inputs.put("destination", destination);
      session.run(inputs, Set.of(), output).close(); // the answer is in the memory
      return memory.getFloat(24);
    }
  }
}
