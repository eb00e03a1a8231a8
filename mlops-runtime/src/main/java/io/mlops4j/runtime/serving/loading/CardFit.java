package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import org.apache.arrow.memory.BufferAllocator;

/** Checks before a model is published that it agrees with its card. */
public final class CardFit {
  private CardFit() {}

  /**
   * Returns the options with which a model is loaded for the check.
   *
   * @param card the card of the model
   * @return options with what the card says about columns
   */
  public static LoadOptions options(ModelCard card) {
    LoadOptions.Builder options = LoadOptions.builder();
    card.features().ifPresent(options::features);
    card.featureRules().forEach(options::feature);
    return (card.lenientColumns() ? options.lenientColumns() : options).build();
  }

  /**
   * Compares the signature and calls the model with the golden rows.
   *
   * @param card the card to publish
   * @param loaded the model, loaded with {@link #options}
   * @param allocator the memory of the rows
   * @throws ModelLoadException if the card contradicts the model
   */
  public static void require(ModelCard card, Model loaded, BufferAllocator allocator) {
    String what = "card of " + card.name();
    card.signature()
        .ifPresent(
            stated -> DeclaredSignatureChecker.requireStated(what, stated, loaded.signature()));
    card.goldenRows().ifPresent(rows -> GoldenRowsFit.require(what, rows, loaded, allocator));
  }
}
