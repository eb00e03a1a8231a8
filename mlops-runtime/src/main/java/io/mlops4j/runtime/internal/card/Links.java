package io.mlops4j.runtime.internal.card;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import java.util.List;

/**
 * What a version's card says that the version was made from.
 *
 * @param version the version
 * @param parents the versions that it was made from
 * @param trainedOn the data that it learned from
 */
public record Links(ModelVersion version, List<ModelVersion> parents, List<Data> trainedOn) {
  /** What identifies a data set. */
  public record Data(String name, Digest digest) {}

  public static Links of(ModelVersion version, ModelCard card) {
    List<Data> data =
        card.trainedOn().stream().map(each -> new Data(each.name(), each.digest())).toList();
    return new Links(version, card.parents(), data);
  }

  /** Of a card whose bytes are as they were published; the rest of it is passed over. */
  public static Links read(ModelVersion version, Document card) {
    CardDocument.checkFormat(card);
    if (!card.text("name").equals(version.name())) {
      throw new IllegalArgumentException("the card of " + card.text("name"));
    }
    return new Links(version, OriginJson.parents(card), OriginJson.trainedOn(card));
  }

  public boolean isEmpty() {
    return parents.isEmpty() && trainedOn.isEmpty();
  }
}
