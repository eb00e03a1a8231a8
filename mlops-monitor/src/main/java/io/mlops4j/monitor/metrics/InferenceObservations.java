package io.mlops4j.monitor.metrics;

import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.inference.Model;
import java.util.Objects;

/**
 * Observes the calls of a model through Micrometer: each call becomes a span of a trace, and
 * anything else that the handlers of the application's registry create from an observation.
 *
 * <table>
 *   <caption>The observation</caption>
 *   <tr><th>part</th><th>value</th></tr>
 *   <tr><td>name</td><td>{@code mlops4j.predict}</td></tr>
 *   <tr><td>contextual name, of a span</td><td>{@code predict} and the model's name</td></tr>
 *   <tr><td>key values of low cardinality</td><td>{@code model}, {@code alias}, {@code engine};
 *       {@code none} without a value</td></tr>
 *   <tr><td>key values of high cardinality</td><td>{@code version}, {@code digest}, {@code rows}</td>
 *       </tr>
 *   <tr><td>error</td><td>the exception of the call or of its future</td></tr>
 *   <tr><td>context</td><td>{@link InferenceContext}</td></tr>
 * </table>
 *
 * <p>This is not an {@link io.mlops4j.inference.InferenceListener}, because a listener receives a
 * call after its end, and an observation created then would be a span without length. Instead it
 * surrounds the calls and observes the time that the caller waited. The parent of the observation
 * is the caller's, and observations within the call in the caller's thread are its children. The
 * calls of a shadow have no caller and are not observed; {@link InferenceMeters} counts them.
 *
 * <p>The version is a key value of high cardinality, so that a registry of meters, which keeps
 * every value for ever, does not grow with every swap.
 */
@SuppressWarnings("exports") // Micrometer is optional
public final class InferenceObservations {
  private InferenceObservations() {}

  /**
   * Returns the same model with observed calls. Closing it closes the model. If the registry has no
   * handlers, a call costs hardly more. Exceptions of a handler are logged at a limited rate and
   * never reach the caller.
   *
   * @param model a model or a deployment
   * @param registry the registry; the caller closes it
   * @return a model that calls {@code model}; equally thread safe
   */
  public static Model observe(Model model, ObservationRegistry registry) {
    return new ObservedModel(
        Objects.requireNonNull(model, "model"), Objects.requireNonNull(registry, "registry"));
  }
}
