package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ValueSpec;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Checks that a model takes the golden rows of its card, and has the outputs that they expect. What
 * it answers is compared where it is to serve.
 */
public final class GoldenRowsFit {
  private GoldenRowsFit() {}

  /**
   * Calls the model with the golden rows.
   *
   * @param card what has the rows, for the message
   * @param golden the rows
   * @param model the loaded model
   * @param allocator the memory of the rows
   * @throws ModelLoadException if it does not take them, gives no answer, or has no such output
   */
  public static void require(
      String card, GoldenRows golden, Model model, BufferAllocator allocator) {
    List<String> outputs = model.signature().outputs().stream().map(ValueSpec::name).toList();
    for (String output : golden.outputs().keySet()) {
      if (!outputs.contains(output)) {
        throw new ModelLoadException(
            "%s: golden rows: found the output %s, expected one of %s%s"
                .formatted(card, output, outputs, Suggestions.hint(output, outputs)),
            null);
      }
    }
    try (FeatureBatch rows =
        new TypedColumns(model, allocator).batch(golden.inputs(), golden.rows())) {
      model.predict(rows).close();
    } catch (ModelInputException | InferenceException e) {
      throw new ModelLoadException(
          "%s: the model does not take its golden rows: %s; write golden rows with the columns that it takes: %s"
              .formatted(card, e.getMessage(), model.features()),
          e);
    }
  }
}
