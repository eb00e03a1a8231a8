package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallerMistakesTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  @Test
  @SuppressWarnings("NullAway") // as callers that are not checked do
  void aNullIsNamed() {
    CallOptions options = CallOptions.withDefaults();
    try (Model model = fixture.load("mlp4.onnx")) {
      assertThatNullPointerException().isThrownBy(() -> model.predict(null)).withMessage("batch");
      assertThatNullPointerException()
          .isThrownBy(() -> model.predict(null, options))
          .withMessage("batch");
    }
  }

  @Test
  void aMisspeltOutputNamesTheOneThatWasMeant() {
    try (Model model = fixture.load("classifier.onnx");
        FeatureBatch batch =
            FeatureBatch.builder(fixture.allocator()).floats("x", 2, 0).asTensors(2).build();
        Prediction answer = model.predict(batch)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> answer.floats("probabilites"))
          .withMessageContaining("did you mean \"probabilities\"?");
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Answer(long label, float[] probabilites) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record X(float[] x) {}

  @Test
  void aMisspeltComponentNamesTheOutputThatWasMeant() {
    try (Model model = fixture.load("classifier.onnx")) {
      assertThatExceptionOfType(ModelInputException.class)
          .isThrownBy(() -> model.rows(X.class, Answer.class))
          .withMessageStartingWith("probabilites: found a component of this name")
          .withMessageEndingWith("; did you mean \"probabilities\"?");
    }
  }

  @Test
  void aMisspeltFeatureNamesTheInputThatWasMeant() {
    LoadOptions columns =
        LoadOptions.builder().features(FeatureSchema.ofNames("petal widht (cm)", "klass")).build();
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> fixture.load("java_names.onnx", columns))
        .withMessageContaining("petal widht (cm), klass left for the inputs")
        .withMessageEndingWith("; did you mean \"petal width (cm)\"?");
  }
}
