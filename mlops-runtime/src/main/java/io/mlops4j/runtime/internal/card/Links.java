package io.mlops4j.runtime.internal.card;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.document.Document;
import java.util.List;

/** The parents and training data in a version's card. */
public record Links(ModelVersion version, List<ModelVersion> parents, List<Data> trainedOn) {
  public record Data(String name, Digest digest) {}

  public static Links of(ModelVersion version, ModelCard card) {
    List<Data> data =
        card.trainedOn().stream().map(each -> new Data(each.name(), each.digest())).toList();
    return new Links(version, card.parents(), data);
  }

  /** Reads the links of a verified card and ignores the rest. */
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
