package io.mlops4j.runtime.exchange;

import io.mlops4j.error.ModelLoadException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Says how to export models of other flavours to ONNX. */
final class Flavours {
  private static final Map<String, String> EXPORT =
      Map.of(
          "sklearn", "skl2onnx.to_onnx(model, sample)",
          "pytorch", "torch.onnx.export(model, inputs, dynamo=True)",
          "tensorflow",
              "tf2onnx.convert.from_keras(model), or publish its SavedModel folder itself",
          "keras", "tf2onnx.convert.from_keras(model)",
          "xgboost", "onnxmltools.convert_xgboost(model, initial_types)",
          "lightgbm", "onnxmltools.convert_lightgbm(model, initial_types)",
          "catboost", "model.save_model(path, format=\"onnx\")",
          "spark", "onnxmltools.convert_sparkml(model, name, initial_types)",
          "transformers", "optimum-cli export onnx");

  private Flavours() {}

  static ModelLoadException refused(String what, Set<String> found) {
    String how =
        found.stream()
            .filter(EXPORT::containsKey)
            .sorted()
            .map(EXPORT::get)
            .findFirst()
            .orElse("a converter for its library");
    return new ModelLoadException(
        "%s: found the flavours %s, expected onnx: models that need Python are not supported; export the model to ONNX, for example by %s, and save it with mlflow.onnx.save_model"
            .formatted(what, new TreeSet<>(found), how),
        null);
  }
}
