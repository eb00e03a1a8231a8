package io.mlops4j.samples.service.inference;

import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer, valid until its prediction is closed.
 *
 * @param by the version that answered
 * @param predictionId the id of the first row, by which its label is joined; null without rows
 * @param outputs the outputs that the request wants
 */
public record InferenceResponse(
    Answering by, @Nullable String predictionId, List<OutputTensor> outputs) {

  /**
   * A version as text, which is made once for all of its answers.
   *
   * @param servedBy the version
   * @param model the model's name
   * @param version its number; empty without one
   * @param digest of the bytes that answer
   */
  public record Answering(ServedBy servedBy, String model, String version, String digest) {
    static Answering of(ServedBy by) {
      return new Answering(by, by.model(), InferenceResponse.version(by), by.digest().toString());
    }
  }

  static InferenceResponse of(Prediction prediction, Answering by, List<OutputTensor> outputs) {
    return new InferenceResponse(
        by, prediction.rows() == 0 ? null : prediction.id(0).toString(), outputs);
  }

  static String version(ServedBy by) {
    return by.version().map(ModelVersion::number).map(String::valueOf).orElse("");
  }
}
