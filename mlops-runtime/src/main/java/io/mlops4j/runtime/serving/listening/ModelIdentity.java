package io.mlops4j.runtime.serving.listening;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.AliasRecord;
import java.util.List;

/**
 * The labels of a loaded model's answers and the options of its calls. Immutable.
 *
 * @param servedBy labels each prediction
 * @param route labels each event
 * @param listeners are notified of the calls
 * @param batching whether waiting calls share runs
 * @param closing how closing treats running calls
 * @param abandonedRuns the number of abandoned runs at which the model rejects calls with a
 *     deadline; 0 if calls wait for their runs
 */
public record ModelIdentity(
    ServedBy servedBy,
    InferenceEvent.Route route,
    Listeners listeners,
    MicroBatching batching,
    Closing closing,
    int abandonedRuns) {

  /**
   * Returns an identity that is found by another alias.
   *
   * @param alias the alias
   * @return a changed copy
   */
  public ModelIdentity withAlias(AliasRecord alias) {
    ServedBy renamed =
        ServedBy.of(
            servedBy.model(),
            servedBy.digest(),
            servedBy.version().orElse(null),
            alias,
            servedBy.engine());
    return new ModelIdentity(renamed, route, listeners, batching, closing, abandonedRuns);
  }

  /**
   * Returns an identity whose answers are given in place of another version's.
   *
   * @param fallback why
   * @return a changed copy
   */
  public ModelIdentity asFallback(ServedBy.Fallback fallback) {
    return new ModelIdentity(
        servedBy.asFallback(fallback),
        InferenceEvent.Route.FALLBACK,
        listeners,
        batching,
        closing,
        abandonedRuns);
  }

  /**
   * Returns the identity of a default prediction, each of whose calls is answered at once.
   *
   * @param values the digest of the answer
   * @param fallback why it is given
   * @return a changed copy
   */
  public ModelIdentity asDefault(Digest values, ServedBy.Fallback fallback) {
    return new ModelIdentity(
        ServedBy.of(servedBy.model(), values, null, null, "default").asFallback(fallback),
        InferenceEvent.Route.FALLBACK,
        listeners,
        MicroBatching.upTo(1),
        closing,
        0);
  }

  /**
   * Returns an identity without listeners, each of whose calls has a run of its own.
   *
   * @param otherClosing how closing treats running calls
   * @param otherAbandonedRuns the number of abandoned runs at which calls are rejected
   * @return a changed copy
   */
  public ModelIdentity unheard(Closing otherClosing, int otherAbandonedRuns) {
    return new ModelIdentity(
        servedBy,
        route,
        new Listeners(List.of()),
        MicroBatching.upTo(1),
        otherClosing,
        otherAbandonedRuns);
  }
}
