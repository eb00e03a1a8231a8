package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A record of the states of a model's versions as JSON. */
public record ChangeJson(String model) implements Chain.Form<VersionRecord> {
  private static final int FORMAT = 1;
  // Libraries that know only states of versions refuse it by its format.
  private static final int OF_MODEL = 2;
  private static final String KIND = "application/vnd.mlops4j.change-record+json";

  static ObjectNode write(VersionRecord record) {
    ObjectNode json = Json.object();
    json.put("record", record.isOfModel() ? OF_MODEL : FORMAT)
        .put("model", record.model())
        .put("number", record.number())
        .put("state", record.state().name().toLowerCase(Locale.ROOT))
        .put("actor", record.change().actor())
        .put("reason", record.change().reason())
        .put("at", record.at().toString());
    if (!record.clock().equals(record.at())) {
      json.put("clock", record.clock().toString());
    }
    ArrayNode versions = json.withArray("versions");
    for (ModelVersion version : record.versions()) {
      versions.add(
          Json.object().put("number", version.number()).put("digest", version.digest().toString()));
    }
    if (record.previous() != null) {
      json.put("previous", record.previous().toString());
    }
    return json;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public VersionRecord read(Document json, long number) {
    if (json.count("record") > OF_MODEL) {
      throw new IllegalArgumentException(
          "a record of format " + json.count("record") + ", which needs a newer mlops4j");
    }
    List<ModelVersion> versions =
        json.objects("versions").stream()
            .map(each -> new ModelVersion(model, each.count("number"), each.digest("digest")))
            .toList();
    VersionRecord record =
        new VersionRecord(
            json.text("model"),
            json.whole("number"),
            VersionState.valueOf(json.text("state").toUpperCase(Locale.ROOT)),
            versions,
            new Change(json.text("actor"), json.text("reason")),
            json.instant("at"),
            json.instant(json.has("clock") ? "clock" : "at"),
            json.has("previous") ? json.digest("previous") : null);
    if (!record.model().equals(model)
        || record.number() != number
        || record.isOfModel() != (json.count("record") == OF_MODEL)) {
      throw new IllegalArgumentException("record " + record.number() + " of " + record.model());
    }
    return record;
  }

  @Override
  public Instant at(VersionRecord record) {
    return record.at();
  }

  @Override
  public Instant clock(VersionRecord record) {
    return record.clock();
  }

  @Override
  public @Nullable Digest previous(VersionRecord record) {
    return record.previous();
  }
}
