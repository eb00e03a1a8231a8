package io.mlops4j.bench.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.Narrowing;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.arrow.memory.BufferAllocator;

/** The MLP 32-64-32-1 asked with many rows at once, by one caller. */
final class Large {
  private static final FeatureSchema FEATURES = FeatureSchema.ofNames(Mlp32.names());

  private Large() {}

  /** This library: Arrow columns. */
  static final class Ours implements Side {
    private final ModelRuntime runtime;
    private final Model model;
    private final FeatureBatch batch;
    private final CallOptions call;
    private final float[] answer;

    Ours(int rows, int threads, LoadOptions options, CallOptions call) {
      this(rows, threads, options.toBuilder().features(FEATURES).build(), call, Mlp32::columns);
    }

    private Ours(
        int rows,
        int threads,
        LoadOptions options,
        CallOptions call,
        BiFunction<Integer, BufferAllocator, FeatureBatch> columns) {
      this.runtime = Runtimes.builder().threads(threads).open();
      this.model = runtime.load(Models.file("mlp32"), options);
      this.batch = columns.apply(rows, runtime.allocator());
      this.call = call;
      this.answer = new float[rows];
    }

    /** Takes 64-bit columns, whose values are checked and narrowed. */
    static Ours narrowing(int rows) {
      return new Ours(
          rows,
          1,
          LoadOptions.builder().features(FEATURES.withNarrowing(Narrowing.CHECKED)).build(),
          CallOptions.withDefaults(),
          Mlp32::wideColumns);
    }

    @Override
    public float run() {
      try (Prediction prediction = model.predict(batch, call)) {
        prediction.floats("y", answer, 0);
      }
      return answer[0];
    }

    @Override
    public void close() {
      batch.close();
      model.close();
      runtime.close();
    }
  }

  /** ONNX Runtime's Java API at its best: rows ready in a direct buffer, the output pinned. */
  static final class Raw implements Side {
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
    private final OrtSession session;
    private final OnnxTensor input;
    private final OnnxTensor output;
    private final FloatBuffer floats;
    private final float[] answer;

    Raw(int rows, int threads) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      options.setIntraOpNumThreads(threads);
      session = environment.createSession(Models.file("mlp32").toString(), options);
      FloatBuffer in = direct(rows * Mlp32.FEATURES).put(0, Mlp32.rows(rows));
      input = OnnxTensor.createTensor(environment, in, new long[] {rows, Mlp32.FEATURES});
      floats = direct(rows);
      output = OnnxTensor.createTensor(environment, floats, new long[] {rows, 1});
      answer = new float[rows];
    }

    private static FloatBuffer direct(int floats) {
      return ByteBuffer.allocateDirect(floats * Float.BYTES)
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }

    @Override
    public float run() throws OrtException {
      session.run(Map.of("x", input), Set.of(), Map.of("y", output), runOptions).close();
      floats.get(0, answer);
      return answer[0];
    }

    @Override
    public void close() throws IOException {
      output.close();
      input.close();
      runOptions.close();
      try (options) {
        session.close();
      } catch (OrtException e) {
        throw new IOException(e);
      }
    }
  }
}
