package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One predicted row as plain Java values. Immutable and independent of the log.
 *
 * <p>Numbers and booleans are boxed, texts are {@link String}, lists and structs are {@link List}
 * and {@link Map}, binary values are byte arrays. A value is null if it was missing or withheld.
 *
 * @param id the id of the prediction
 * @param at when the log heard of it, in whole microseconds
 * @param servedBy who answered: model, digest, version, alias record and engine
 * @param route why the model was asked
 * @param keys the key columns by name
 * @param features the logged feature columns by name; empty if only their digest was logged
 * @param outputs the logged outputs by name
 * @param phases how long each part took, of the call or block of calls that the row was in
 * @param traceId the trace that the call belonged to
 * @param featureDigest the digest of the features, if it was logged instead of them
 * @param withheld whether a value was withheld because too few rows had it
 */
public record LoggedPrediction(
    PredictionId id,
    Instant at,
    ServedBy servedBy,
    InferenceEvent.Route route,
    Map<String, @Nullable Object> keys,
    Map<String, @Nullable Object> features,
    Map<String, @Nullable Object> outputs,
    Map<InferenceEvent.Phase, Duration> phases,
    Optional<String> traceId,
    Optional<FeatureDigest> featureDigest,
    boolean withheld) {

  /**
   * The digest of the features of a row.
   *
   * @param columns the digested columns, by name
   * @param digest SHA-256 of their names, types and values
   */
  public record FeatureDigest(List<String> columns, Digest digest) {
    /**
     * Returns whether a row has the features that were predicted from, bit for bit.
     *
     * @param batch rows with these columns; others are ignored
     * @param row from 0
     * @return false if a column is missing, has another type or another value
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public boolean matches(FeatureBatch batch, int row) {
      return LoggedRows.digest(batch, row, columns).map(digest::equals).orElse(false);
    }
  }
}
