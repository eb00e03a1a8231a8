package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.LeftOutException;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.OnnxEngineProvider;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * This library's call of ONNX Runtime through {@code java.lang.foreign}, without what comes before
 * it: the rows lie ready in the memory of a slot, as the peer's do.
 */
final class Foreign implements Side {
  private static final String CALLS = "java.lang.foreign";
  private static final String WORK =
      " x 32 floats ready in row-major order on both sides, MLP 32-64-32-1, through " + CALLS;

  private final Engine engine;
  private final EngineModel model;
  private final EngineSlot slot;
  private final float[] answer;

  private Foreign(Engine engine, EngineModel model, float[] rows, int count) {
    this.engine = engine;
    this.model = model;
    this.slot = model.slot();
    this.answer = new float[count];
    slot.shape(0, new long[] {count, Mlp32.FEATURES});
    long address = slot.address(0);
    for (int i = 0; i < rows.length; i++) {
      Native.putFloat(address + (long) Float.BYTES * i, rows[i]);
    }
  }

  static Foreign mlp32(int rows) throws IOException, LeftOutException {
    EngineOptions options = EngineOptions.of(new DirectMemory(), 1).withForeignCalls(true);
    Engine engine = new OnnxEngineProvider().open(options);
    Path file = Models.file("mlp32");
    EngineModel model =
        engine.load(
            new Source(file, ByteBuffer.wrap(Files.readAllBytes(file))),
            LoadRequest.on(DeviceRequest.any()));
    String calls = model.placement().calls();
    if (!calls.equals(CALLS)) {
      model.close();
      engine.close();
      throw new LeftOutException("found calls through " + calls + ", expected " + CALLS);
    }
    return new Foreign(engine, model, Mlp32.rows(rows), rows);
  }

  private record Source(Path main, ByteBuffer bytes) implements ModelSource {
    @Override
    public ModelFormat format() {
      return ModelFormat.ONNX;
    }

    @Override
    public Map<String, ByteBuffer> external() {
      return Map.of();
    }

    @Override
    public Digest digest() {
      return new Digest("sha256", "00".repeat(32));
    }
  }

  static List<Comparison> comparisons(String best) {
    List<Comparison> all = new ArrayList<>();
    double[] goals = {0.75, 0.90, 1.02};
    int[] sizes = {1, 32, 1024};
    for (int i = 0; i < sizes.length; i++) {
      int rows = sizes[i];
      all.add(
          new Comparison(
              "engines.ffm.rows" + rows + ".raw",
              rows + WORK,
              best,
              goals[i],
              () -> mlp32(rows),
              () -> Mlp32.raw("mlp32", rows)));
    }
    all.add(
        new Comparison(
            "engines.ffm.garbage",
            32 + WORK + "; what a call allocates",
            best,
            Double.NaN,
            0,
            () -> mlp32(32),
            () -> Mlp32.raw("mlp32", 32)));
    return all;
  }

  @Override
  public float run() {
    slot.run();
    long address = slot.output(0).address();
    for (int i = 0; i < answer.length; i++) {
      answer[i] = Native.getFloat(address + (long) Float.BYTES * i);
    }
    slot.recycle();
    return answer[0];
  }

  /** Of the last run, a value for each row. */
  float[] answer() {
    return answer;
  }

  @Override
  public void close() {
    slot.close();
    model.close();
    engine.close();
  }
}
