package io.mlops4j.runtime.composition.parts;

import io.mlops4j.error.CircuitOpenException;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.serving.ComposedCall;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A member of a composition. Thread safe.
 *
 * @param composition the name of the composition, for messages
 * @param name the name of the member
 * @param weight how much it counts, 0 or more
 * @param renamed the other names of its outputs
 */
record Member(
    String composition, String name, Model model, double weight, Map<String, String> renamed) {
  Member {
    renamed = Map.copyOf(renamed);
  }

  /**
   * Calls the model.
   *
   * @return the prediction, which the caller closes; also an {@link Answer}
   */
  Prediction ask(FeatureBatch batch, ComposedCall call) {
    CallOptions options = call.next(composition, name);
    try {
      Prediction answer = model.predict(batch, options);
      if (answer instanceof Answer) {
        return answer;
      }
      answer.close();
      throw new InferenceException(
          "found a prediction of " + answer.getClass().getName() + ", expected one of a runtime",
          null);
    } catch (RuntimeException e) {
      throw named(e);
    }
  }

  /** Returns the name that the model declares. */
  String declared(String output) {
    for (Map.Entry<String, String> one : renamed.entrySet()) {
      if (one.getValue().equals(output)) {
        return one.getKey();
      }
    }
    return output;
  }

  /** Returns the output of a name in this composition; null if there is none. */
  @Nullable ValueSpec output(String output) {
    if (renamed.containsKey(output)) {
      return null;
    }
    String declared = declared(output);
    return model.signature().outputs().stream()
        .filter(spec -> spec.name().equals(declared))
        .findFirst()
        .orElse(null);
  }

  /** Returns an output that is a tensor. */
  TensorSpec tensor(String output) {
    ValueSpec spec = output(output);
    if (spec instanceof TensorSpec tensor) {
      return tensor;
    }
    throw new IllegalArgumentException(
        prefix()
            + (spec == null
                ? "found no output \""
                    + output
                    + "\", expected one of "
                    + model.signature().outputs()
                    + "; Builder.rename gives an output another name"
                : "found the output "
                    + spec
                    + ", expected a tensor; export the model so that it returns one"));
  }

  String prefix() {
    return "composition " + composition + ", member " + name + ": ";
  }

  /** Returns an exception of the same kind whose message names the member. */
  RuntimeException named(RuntimeException e) {
    if (e instanceof CancellationException) {
      return e;
    }
    String message = prefix() + e.getMessage();
    RuntimeException named = e;
    if (e instanceof ModelInputException input) {
      named =
          new ModelInputException(
              input.column(),
              input.found(),
              input.expected() + " (" + prefix().substring(0, prefix().length() - 2) + ")");
      named.addSuppressed(e);
    } else if (e instanceof DeadlineException) {
      named = new DeadlineException(message);
      named.addSuppressed(e);
    } else if (e instanceof OverloadedException) {
      named = new OverloadedException(message);
      named.addSuppressed(e);
    } else if (e instanceof CircuitOpenException open) {
      named = new CircuitOpenException(message, open.nextTrial());
      named.addSuppressed(e);
    } else if (e instanceof InferenceException) {
      named = new InferenceException(message, e);
    } else if (e instanceof IllegalStateException) {
      named = new IllegalStateException(message, e);
    }
    return named;
  }

  @Override
  public String toString() {
    return name;
  }
}
