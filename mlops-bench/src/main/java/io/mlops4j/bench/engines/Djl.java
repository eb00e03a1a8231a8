package io.mlops4j.bench.engines;

import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.mlops4j.bench.ratios.Side;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * DJL on the same ONNX Runtime, without a batchifier, whose stacking copies four times. The rows
 * lie ready: at its best in a direct buffer, which ONNX Runtime reads in place, or in an array, as
 * most translators hand them over.
 */
final class Djl implements Side {
  private final ZooModel<FloatBuffer, float[]> model;
  private final Predictor<FloatBuffer, float[]> predictor;
  private final FloatBuffer input;

  private Djl(int rows, FloatBuffer input) throws Exception {
    this.input = input.put(0, Mlp32.rows(rows));
    model =
        Criteria.builder()
            .setTypes(FloatBuffer.class, float[].class)
            .optModelPath(Models.file("mlp32"))
            .optEngine("OnnxRuntime")
            .optOption("intraOpNumThreads", "1")
            .optTranslator(new Rows(rows))
            .build()
            .loadModel();
    predictor = model.newPredictor();
  }

  static Djl direct(int rows) throws Exception {
    return new Djl(
        rows,
        ByteBuffer.allocateDirect(rows * Mlp32.FEATURES * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer());
  }

  /** {@code NDManager.create(float[], Shape)} wraps its array so. */
  static Djl array(int rows) throws Exception {
    return new Djl(rows, FloatBuffer.allocate(rows * Mlp32.FEATURES));
  }

  /** DJL refuses an ONNX Runtime environment that somebody else made: it must come first. */
  static Side startFirst(Callable<Side> other) throws Exception {
    Engine.getEngine("OnnxRuntime");
    return other.call();
  }

  private record Rows(int rows) implements Translator<FloatBuffer, float[]> {
    @Override
    public NDList processInput(TranslatorContext context, FloatBuffer values) {
      return new NDList(
          context.getNDManager().create(values, new Shape(rows, Mlp32.FEATURES), DataType.FLOAT32));
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
      return outputs.singletonOrThrow().toFloatArray();
    }

    @Override
    public @Nullable Batchifier getBatchifier() {
      return null;
    }
  }

  @Override
  public float run() throws Exception {
    return predictor.predict(input)[0];
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }
}
