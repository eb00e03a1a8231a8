package io.mlops4j.runtime.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import java.util.List;

/**
 * What a version's card says that the version was made from.
 *
 * @param version the version
 * @param parents the versions that it was made from
 * @param trainedOn the data that it learned from
 */
record Links(ModelVersion version, List<ModelVersion> parents, List<Data> trainedOn) {
  /** What identifies a data set. */
  record Data(String name, Digest digest) {}

  static Links of(ModelVersion version, ModelCard card) {
    List<Data> data =
        card.trainedOn().stream().map(each -> new Data(each.name(), each.digest())).toList();
    return new Links(version, card.parents(), data);
  }

  /** Of a card whose bytes are as they were published; the rest of it is passed over. */
  static Links read(ModelVersion version, Document card) {
    CardJson.checkFormat(card);
    if (!card.text("name").equals(version.name())) {
      throw new IllegalArgumentException("the card of " + card.text("name"));
    }
    return new Links(version, OriginJson.parents(card), OriginJson.trainedOn(card));
  }

  boolean isEmpty() {
    return parents.isEmpty() && trainedOn.isEmpty();
  }
}
