package io.mlops4j.samples.service.inference;

import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * An answer, valid until its prediction is closed.
 *
 * @param model the model's name
 * @param version the number of the version that answered
 * @param digest the digest of the bytes that answered
 * @param predictionId the id of the first row, by which its label is joined; empty without rows
 * @param outputs the outputs that the request wants
 */
public record InferenceResponse(
    String model,
    String version,
    String digest,
    Optional<String> predictionId,
    List<OutputTensor> outputs) {

  static InferenceResponse of(Prediction prediction, Collection<String> outputs) {
    ServedBy by = prediction.servedBy();
    return new InferenceResponse(
        by.model(),
        version(by),
        by.digest().toString(),
        prediction.rows() == 0 ? Optional.empty() : Optional.of(prediction.id(0).toString()),
        outputs.stream().map(name -> OutputTensor.of(prediction, name)).toList());
  }

  static String version(ServedBy by) {
    return by.version().map(ModelVersion::number).map(String::valueOf).orElse("");
  }
}
