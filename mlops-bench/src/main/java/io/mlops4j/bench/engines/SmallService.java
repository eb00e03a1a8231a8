package io.mlops4j.bench.engines;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service with one small model on the JDK's HTTP server: prints the resident memory in kB after
 * some thousand requests, sent by the process itself.
 */
final class SmallService {
  private static final int REQUESTS = 3000;

  private SmallService() {}

  /** Answers a row. */
  interface Answering extends AutoCloseable {
    float answer(float[] row) throws OrtException;

    @Override
    void close() throws IOException;
  }

  /**
   * Prints the memory.
   *
   * @param arguments the model and, for this library, the folder of native libraries
   */
  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[0]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Answering answering =
        arguments.length > 1 ? new ByLibrary(model, Path.of(arguments[1])) : new ByHand(model)) {
      server.setExecutor(threads);
      server.createContext("/", exchange -> handle(exchange, answering));
      server.start();
      ask(server.getAddress().getPort());
      System.out.println(Opening.residentKilobytes());
    } finally {
      server.stop(0);
      threads.shutdown();
    }
  }

  private static void handle(HttpExchange exchange, Answering answering) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
    String[] texts = body.split(",", -1);
    float[] row = new float[texts.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = Float.parseFloat(texts[i]);
    }
    byte[] answer;
    try {
      answer = Float.toString(answering.answer(row)).getBytes(StandardCharsets.US_ASCII);
    } catch (OrtException e) {
      throw new IOException(e);
    }
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static void ask(int port) throws IOException {
    StringJoiner row = new StringJoiner(",");
    for (float value : Mlp32.rows(1)) {
      row.add(Float.toString(value));
    }
    byte[] body = row.toString().getBytes(StandardCharsets.US_ASCII);
    URI service = URI.create("http://127.0.0.1:" + port + "/");
    for (int i = 0; i < REQUESTS; i++) {
      HttpURLConnection call = (HttpURLConnection) service.toURL().openConnection();
      call.setDoOutput(true);
      call.getOutputStream().write(body);
      Float.parseFloat(new String(call.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  /** This library, with records. */
  private static final class ByLibrary implements Answering {
    private final ModelRuntime runtime;
    private final Model model;
    private final RowModel<Row32, OursRecord.Score> rows;

    ByLibrary(Path file, Path libraries) {
      runtime = ModelRuntime.builder().threads(1).nativeCache(libraries).open();
      model =
          runtime.load(
              file, LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build());
      rows = model.rows(Row32.class, OursRecord.Score.class);
    }

    @Override
    public float answer(float[] row) {
      return rows.predict(Row32.of(row)).y();
    }

    @Override
    public void close() {
      model.close();
      runtime.close();
    }
  }

  /** ONNX Runtime's Java API with a tensor that is kept. */
  private static final class ByHand implements Answering {
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;
    private final FloatBuffer input = RawBest.direct(Mlp32.FEATURES * Float.BYTES).asFloatBuffer();
    private final FloatBuffer output = RawBest.direct(Float.BYTES).asFloatBuffer();
    private final OnnxTensor in;
    private final OnnxTensor out;

    ByHand(Path file) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      options.setIntraOpNumThreads(1);
      session = environment.createSession(file.toString(), options);
      in = OnnxTensor.createTensor(environment, input, new long[] {1, Mlp32.FEATURES});
      out = OnnxTensor.createTensor(environment, output, new long[] {1, 1});
    }

    @Override
    public synchronized float answer(float[] row) throws OrtException {
      input.put(0, Arrays.copyOf(row, Mlp32.FEATURES));
      session.run(Map.of("x", in), Set.of(), Map.of("y", out)).close();
      return output.get(0);
    }

    @Override
    public void close() throws IOException {
      in.close();
      out.close();
      RawBest.close(session, options);
    }
  }
}
