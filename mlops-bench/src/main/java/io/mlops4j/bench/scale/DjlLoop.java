package io.mlops4j.bench.scale;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.mlops4j.bench.engines.Models;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The loop around DJL on the same ONNX Runtime, without a batchifier, which would copy. */
final class DjlLoop extends HandWritten {
  private final ZooModel<Inputs, float[]> model;
  private final Predictor<Inputs, float[]> predictor;

  DjlLoop(Path in) throws Exception {
    super(in, "djl.arrow");
    model =
        Criteria.builder()
            .setTypes(Inputs.class, float[].class)
            .optModelPath(Models.resource(ScoredFile.MODEL))
            .optEngine("OnnxRuntime")
            .optTranslator(new Columns())
            .build()
            .loadModel();
    predictor = model.newPredictor();
  }

  private static final class Columns implements Translator<Inputs, float[]> {
    @Override
    public NDList processInput(TranslatorContext context, Inputs rows) {
      NDManager manager = context.getNDManager();
      Shape shape = new Shape(rows.rows());
      return new NDList(
          column(manager, "distance", rows.distance(), shape, DataType.FLOAT32),
          column(manager, "hour", rows.hour(), shape, DataType.INT64),
          column(manager, "weekday", rows.weekday(), shape, DataType.INT64),
          texts(manager, "origin", rows.origin(), shape),
          texts(manager, "destination", rows.destination(), shape));
    }

    private static NDArray column(
        NDManager manager, String name, Buffer values, Shape shape, DataType type) {
      NDArray column = manager.create(values, shape, type);
      column.setName(name);
      return column;
    }

    private static NDArray texts(NDManager manager, String name, String[] values, Shape shape) {
      NDArray column = manager.create(values, StandardCharsets.UTF_8, shape);
      column.setName(name);
      return column;
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList outputs) {
      for (NDArray output : outputs) {
        if (output.getName().equals("probability")) {
          return output.toFloatArray();
        }
      }
      throw new IllegalStateException("found no output \"probability\"");
    }

    @Override
    public @Nullable Batchifier getBatchifier() {
      return null;
    }
  }

  @Override
  float[] predict(Inputs inputs) throws Exception {
    return predictor.predict(inputs);
  }

  @Override
  public void close() throws IOException {
    super.close();
    predictor.close();
    model.close();
  }
}
