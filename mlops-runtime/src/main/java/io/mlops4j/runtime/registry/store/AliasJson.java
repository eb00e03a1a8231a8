package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A record of an alias as JSON; it also holds the digest of the named version's manifest. */
record AliasJson(String model, String alias) implements Chain.Form<AliasJson.Named> {
  private static final int FORMAT = 1;
  // Libraries that know of no removals refuse it by its format.
  private static final int REMOVAL = 2;
  private static final String KIND = "application/vnd.mlops4j.alias-record+json";

  /**
   * A record with what its file says beyond it.
   *
   * @param record the record
   * @param manifest the digest of the manifest of the version that the alias names, null if none
   */
  record Named(AliasRecord record, @Nullable Digest manifest) {}

  static ObjectNode write(AliasRecord record, @Nullable Digest manifest) {
    ObjectNode json = Json.object();
    json.put("record", record.isRemoval() ? REMOVAL : FORMAT)
        .put("model", record.model())
        .put("alias", record.alias())
        .put("number", record.number())
        .put("actor", record.change().actor())
        .put("reason", record.change().reason())
        .put("at", record.at().toString());
    if (!record.clock().equals(record.at())) {
      json.put("clock", record.clock().toString());
    }
    if (record.to() != null && manifest != null) {
      json.set("to", write(record.to()).put("manifest", manifest.toString()));
    }
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
    int format = json.count("record");
    if (format > REMOVAL) {
      throw new IllegalArgumentException(
          "a record of format " + format + ", which needs a newer mlops4j");
    }
    Document to = format < REMOVAL || json.has("to") ? json.object("to") : null;
    AliasRecord record =
        new AliasRecord(
            json.text("model"),
            json.text("alias"),
            json.whole("number"),
            json.has("from") ? version(json.object("from")) : null,
            to == null ? null : version(to),
            new Change(json.text("actor"), json.text("reason")),
            json.instant("at"),
            json.instant(json.has("clock") ? "clock" : "at"),
            json.has("previous") ? json.digest("previous") : null);
    if (!record.model().equals(model)
        || !record.alias().equals(alias)
        || record.number() != number) {
      throw new IllegalArgumentException(
          "record " + record.number() + " of " + record.model() + "@" + record.alias());
    }
    return new Named(record, to == null ? null : to.digest("manifest"));
  }

  private ModelVersion version(Document json) {
    return new ModelVersion(model, json.count("number"), json.digest("digest"));
  }

  @Override
  public Instant at(Named named) {
    return named.record().at();
  }

  @Override
  public Instant clock(Named named) {
    return named.record().clock();
  }

  @Override
  public @Nullable Digest previous(Named named) {
    return named.record().previous();
  }
}
