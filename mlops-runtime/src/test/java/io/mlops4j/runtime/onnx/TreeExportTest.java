package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.Placement;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ensembles of trees as exporters write them. Expected answers are those of ONNX Runtime for one
 * row; {@code make_trees.py} compared these with the answers of the libraries that grew the trees.
 */
class TreeExportTest {
  private static final int FEATURES = 5;

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "sklearn_forest, java",
    "sklearn_extra, java",
    "sklearn_targets, java",
    "sklearn_boosting, java",
    "sklearn_binary, java",
    "sklearn_boosting_value, java",
    "sklearn_hist, java",
    "sklearn_hist_value, java",
    "xgboost_binary, java",
    "xgboost_classes, java",
    "xgboost_value, java",
    "xgboost_category, java",
    "lightgbm_category, java",
    "sklearn_exponential, cpu", // ends with a Sigmoid
    "xgboost_poisson, cpu", // ends with an Exp
    "sklearn_isolation, cpu", // one operator for each tree
  })
  void exportedTreesAgree(String name, String device) {
    byte[] bytes = OnnxFixture.bytes("trees/" + name);
    try (EngineModel ours =
            onnx.engine.load(OnnxFixture.source(name + ".onnx", bytes), OnnxFixture.CPU);
        EngineModel theirs =
            onnx.engine.load(
                OnnxFixture.source(name + ".onnx", bytes), OnnxFixture.CPU.withEngineOnly());
        EngineSlot our = ours.slot();
        EngineSlot their = theirs.slot()) {
      assertThat(ours.placement()).isEqualTo(Placement.of(device));
      assertThat(ours.signature()).isEqualTo(theirs.signature());
      Random random = new Random(20261128);
      for (int row = 0; row < 300; row++) {
        float[] x = row(random);
        assertThat(answers(ours, our, x))
            .as("%s, row %d: %s", name, row, Arrays.toString(x))
            .isEqualTo(answers(theirs, their, x));
      }
    }
  }

  /** A row as those that grew the trees, with a few values that they had not. */
  private static float[] row(Random random) {
    float[] x = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      x[i] =
          switch (random.nextInt(20)) {
            case 0 -> Float.NaN;
            case 1 -> Float.NEGATIVE_INFINITY;
            case 2 -> Float.intBitsToFloat(random.nextInt());
            case 3 -> random.nextInt(50) / 4f;
            default -> i == 4 ? random.nextInt(12) : (float) random.nextGaussian();
          };
    }
    return x;
  }

  private static List<String> answers(EngineModel model, EngineSlot slot, float[] x) {
    OnnxFixture.feed(slot, 0, OnnxFixture.floats(x), 1, FEATURES);
    return OnnxFixture.answers(model, slot);
  }
}
