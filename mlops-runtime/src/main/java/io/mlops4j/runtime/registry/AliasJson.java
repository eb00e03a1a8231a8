package io.mlops4j.runtime.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import org.jspecify.annotations.Nullable;

/** A record of an alias as JSON; it also holds the digest of the named version's manifest. */
record AliasJson(String model, String alias) implements Chain.Form<AliasJson.Named> {
  private static final int FORMAT = 1;
  private static final String KIND = "application/vnd.mlops4j.alias-record+json";

  /**
   * A record with what its file says beyond it.
   *
   * @param record the record
   * @param manifest the digest of the manifest of the version that the alias names
   */
  record Named(AliasRecord record, Digest manifest) {}

  static ObjectNode write(AliasRecord record, Digest manifest) {
    ObjectNode json = Json.object();
    json.put("record", FORMAT)
        .put("model", record.model())
        .put("alias", record.alias())
        .put("number", record.number())
        .put("actor", record.change().actor())
        .put("reason", record.change().reason())
        .put("at", record.at().toString());
    json.set("to", write(record.to()).put("manifest", manifest.toString()));
    if (record.from() != null) {
      json.set("from", write(record.from()));
    }
    if (record.previous() != null) {
      json.put("previous", record.previous().toString());
    }
    return json;
  }

  private static ObjectNode write(ModelVersion version) {
    return Json.object().put("number", version.number()).put("digest", version.digest().toString());
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Named read(Document json, long number) {
    if (json.count("record") > FORMAT) {
      throw new IllegalArgumentException(
          "a record of format " + json.count("record") + ", which needs a newer mlops4j");
    }
    AliasRecord record =
        new AliasRecord(
            json.text("model"),
            json.text("alias"),
            json.whole("number"),
            json.has("from") ? version(json.object("from")) : null,
            version(json.object("to")),
            new Change(json.text("actor"), json.text("reason")),
            json.instant("at"),
            json.has("previous") ? json.digest("previous") : null);
    if (!record.model().equals(model)
        || !record.alias().equals(alias)
        || record.number() != number) {
      throw new IllegalArgumentException(
          "record " + record.number() + " of " + record.model() + "@" + record.alias());
    }
    return new Named(record, json.object("to").digest("manifest"));
  }

  private ModelVersion version(Document json) {
    return new ModelVersion(model, json.count("number"), json.digest("digest"));
  }

  @Override
  public @Nullable Digest previous(Named named) {
    return named.record().previous();
  }
}
