package io.mlops4j.runtime.card;

import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.document.Document;
import java.nio.charset.StandardCharsets;

/**
 * A card as JSON, as a registry keeps it and as tools read it.
 *
 * <p>What a card does not say is not written, so that a later version of this library, which knows
 * more that could be said, writes the same bytes for the same card.
 */
public final class CardJson {
  private CardJson() {}

  /**
   * The text that a registry stores for a card: the same card gives the same text.
   *
   * @param card the card
   * @return JSON that {@link #schema} describes
   * @throws io.mlops4j.error.RegistryException if a text of the card is no valid Unicode, or the
   *     JSON would have more than 64 MiB
   */
  public static String text(ModelCard card) {
    return new String(CardDocument.write(card), StandardCharsets.UTF_8);
  }

  /**
   * Reads a card; keys that this version does not know are passed over.
   *
   * @param json what {@link #text}, or another tool, wrote
   * @return the card
   * @throws io.mlops4j.error.DataException if it is no JSON, or not what {@link #schema} describes
   */
  public static ModelCard parse(String json) {
    return Document.parse("card", json, CardDocument::read);
  }

  /**
   * What the JSON may and must have.
   *
   * @return a JSON Schema of draft 2020-12
   */
  public static String schema() {
    return Resources.text("model-card.schema.json");
  }
}
