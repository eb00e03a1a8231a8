package io.mlops4j.bench.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * ONNX Runtime's Java API at its best, from many threads: one session; each thread has direct
 * buffers, tensors and a pinned output of its own for each length, writes its row into them and
 * copies the answer out.
 *
 * @param <R> the row
 */
final class RawRows<R> implements Callers {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
  private final OrtSession session;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Kind<R> kind;

  /**
   * What is asked.
   *
   * @param rows of a thread, in turns
   * @param length what decides the shapes of a row
   * @param inputs the names of the inputs
   * @param shape of each of them
   * @param write puts the row into the buffers of the inputs, which are of longs or floats
   * @param floats whether inputs are floats
   * @param output its name
   * @param outputShape of a row of some length
   */
  record Kind<R>(
      Function<Integer, R[]> rows,
      ToIntFunction<R> length,
      List<String> inputs,
      Function<Integer, long[]> shape,
      Writer<R> write,
      boolean floats,
      String output,
      Function<Integer, long[]> outputShape) {}

  /** Puts one input of a row into its buffer. */
  interface Writer<R> {
    void write(R row, int input, Buffer into);
  }

  /**
   * Opens the session.
   *
   * @param arena whether the session has an arena, as it has by default: one lock for all threads
   */
  RawRows(Path model, Kind<R> kind, boolean arena) throws OrtException {
    options.setIntraOpNumThreads(1);
    options.setCPUArenaAllocator(arena);
    session = environment.createSession(model.toString(), options);
    this.kind = kind;
  }

  /** What one thread has for one length. */
  private final class Slot {
    private final List<Buffer> buffers = new ArrayList<>();
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs;
    private final FloatBuffer answer;
    private final float[] copy;

    Slot(int length) throws OrtException {
      long[] shape = kind.shape().apply(length);
      for (String name : kind.inputs()) {
        ByteBuffer bytes = direct(elements(shape) * (kind.floats() ? 4 : 8));
        Buffer buffer = kind.floats() ? bytes.asFloatBuffer() : bytes.asLongBuffer();
        buffers.add(buffer);
        inputs.put(
            name,
            buffer instanceof FloatBuffer floats
                ? OnnxTensor.createTensor(environment, floats, shape)
                : OnnxTensor.createTensor(environment, (LongBuffer) buffer, shape));
      }
      long[] outputShape = kind.outputShape().apply(length);
      copy = new float[elements(outputShape)];
      answer = direct(copy.length * 4).asFloatBuffer();
      outputs = Map.of(kind.output(), OnnxTensor.createTensor(environment, answer, outputShape));
      open.addAll(inputs.values());
      open.addAll(outputs.values());
    }

    float ask(R row, OrtSession.RunOptions runOptions) throws OrtException {
      for (int i = 0; i < buffers.size(); i++) {
        kind.write().write(row, i, buffers.get(i));
      }
      session.run(inputs, Set.of(), outputs, runOptions).close();
      answer.get(0, copy);
      return copy[0];
    }
  }

  private static int elements(long[] shape) {
    int elements = 1;
    for (long size : shape) {
      elements *= (int) size;
    }
    return elements;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public Caller caller(int number) throws OrtException {
    R[] rows = kind.rows().apply(number);
    Map<Integer, Slot> byLength = new HashMap<>();
    List<Slot> slots = new ArrayList<>();
    for (R row : rows) {
      int length = kind.length().applyAsInt(row);
      Slot slot = byLength.get(length);
      if (slot == null) {
        slot = new Slot(length);
        byLength.put(length, slot);
      }
      slots.add(slot);
    }
    OrtSession.RunOptions runOptions = new OrtSession.RunOptions();
    open.add(runOptions);
    return call -> slots.get(call % rows.length).ask(rows[call % rows.length], runOptions);
  }

  @Override
  public void close() throws IOException {
    try {
      for (AutoCloseable each : open) {
        each.close();
      }
      session.close();
      options.close();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
