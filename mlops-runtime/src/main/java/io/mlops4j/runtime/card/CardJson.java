package io.mlops4j.runtime.card;

import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.document.Document;
import java.nio.charset.StandardCharsets;

/**
 * Cards as JSON, the form that registries store and tools read.
 *
 * <p>Absent values are not written. A later version of this library, which may know more keys,
 * therefore writes the same bytes for the same card.
 */
public final class CardJson {
  private CardJson() {}

  /**
   * Returns the text that a registry stores for a card. The same card gives the same text.
   *
   * @param card the card
   * @return JSON that {@link #schema} describes
   * @throws io.mlops4j.error.RegistryException if a text of the card is not valid Unicode, or the
   *     JSON would have more than 64 MiB
   */
  public static String text(ModelCard card) {
    return new String(CardDocument.write(card), StandardCharsets.UTF_8);
  }

  /**
   * Reads a card and ignores unknown keys.
   *
   * @param json a text from {@link #text} or another tool
   * @return the card
   * @throws io.mlops4j.error.DataException if the text is not JSON that {@link #schema} describes
   */
  public static ModelCard parse(String json) {
    return Document.parse("card", json, CardDocument::read);
  }

  /**
   * Returns the schema of the JSON.
   *
   * @return JSON Schema, draft 2020-12
   */
  public static String schema() {
    return Resources.text("model-card.schema.json");
  }
}
