package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.binding.output.OutputReader;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Makes one model of several. Thread safe. */
public interface Composer {
  /**
   * Makes a model whose calls an ensemble answers.
   *
   * @param ensemble the members; closed with the model
   * @param listeners are notified of the calls of the whole
   * @param closing what happens to running calls; null for the choice of the runtime
   * @return the model, which the caller closes before the members
   * @throws IllegalStateException if the runtime is closed; the ensemble is closed then
   */
  Model compose(Ensemble ensemble, List<InferenceListener> listeners, @Nullable Closing closing);

  /**
   * Creates memory for outputs that are computed from those of other models.
   *
   * @param signature the outputs
   * @return the memory, which the caller closes
   */
  OutputReader outputs(ModelSignature signature);

  /** {@return the runtime's allocator, which only the runtime closes} */
  BufferAllocator allocator();
}
