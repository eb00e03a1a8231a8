package io.mlops4j.monitor.metrics;

import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.inference.Model;
import java.util.Objects;

/**
 * Observes the calls of a model through Micrometer: a span of a trace for each, and whatever else
 * the handlers of the application's registry make of an observation.
 *
 * <table>
 *   <caption>The observation</caption>
 *   <tr><th>what</th><th>value</th></tr>
 *   <tr><td>name</td><td>{@code mlops4j.predict}</td></tr>
 *   <tr><td>contextual name, of a span</td><td>{@code predict} and the model's name</td></tr>
 *   <tr><td>key values of low cardinality</td><td>{@code model}, {@code alias}, {@code engine};
 *       {@code none} for what there is not</td></tr>
 *   <tr><td>key values of high cardinality</td><td>{@code version}, {@code digest}, {@code rows}</td>
 *       </tr>
 *   <tr><td>error</td><td>what the call threw, or its future completed with</td></tr>
 *   <tr><td>context</td><td>{@link InferenceContext}</td></tr>
 * </table>
 *
 * <p>It is no {@link io.mlops4j.inference.InferenceListener}, on purpose: an observation takes its
 * times from the moments when it is started and stopped, and a listener hears of a call when it has
 * ended. An observation that is made then would be a span without length. So this surrounds the
 * calls, and what is observed is what the caller waited for: its parent is the caller's, and what
 * happens within the call in the caller's thread is its child. A shadow's calls are nobody's and
 * are not observed; {@link InferenceMeters} counts them.
 *
 * <p>The version is a key value of high cardinality, so that a registry of meters, which keeps for
 * ever what it once saw, does not grow with every swap.
 */
public final class InferenceObservations {
  private InferenceObservations() {}

  /**
   * The same model, observed. Closing it closes the model. Where the registry has no handlers a
   * call costs next to nothing more; what a handler throws is logged at a limited rate, and never
   * reaches the caller.
   *
   * @param model a model or a deployment
   * @param registry lent
   * @return asks {@code model}; as thread safe as that is
   */
  public static Model observe(Model model, ObservationRegistry registry) {
    return new ObservedModel(
        Objects.requireNonNull(model, "model"), Objects.requireNonNull(registry, "registry"));
  }
}
