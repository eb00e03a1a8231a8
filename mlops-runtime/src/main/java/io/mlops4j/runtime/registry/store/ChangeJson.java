package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.util.Locale;

/** The JSON form of a record that changes the state of versions or of their model. */
public record ChangeJson(String model) implements Chain.Form<VersionRecord> {
  private static final int FORMAT = 1;
  // Libraries that only know states of versions refuse it because of its format.
  private static final int OF_MODEL = 2;

  static ObjectNode write(VersionRecord record) {
    ObjectNode json = Json.object();
    json.put("record", record.isOfModel() ? OF_MODEL : FORMAT)
        .put("model", record.model())
        .put("number", record.number())
        .put("state", VersionStore.name(record.state()));
    new Chain.Header(record.change(), record.at(), record.clock(), record.previous()).write(json);
    ArrayNode versions = json.withArray("versions");
    record.versions().forEach(version -> versions.add(write(version)));
    return json;
  }

  /** Writes a version of the record's own model. */
  static ObjectNode write(ModelVersion version) {
    return Json.object().put("number", version.number()).put("digest", version.digest().toString());
  }

  static ModelVersion version(String model, Document json) {
    return new ModelVersion(model, json.count("number"), json.digest("digest"));
  }

  static int format(Document json, int newest) {
    int format = json.count("record");
    if (format > newest) {
      throw new IllegalArgumentException(
          "a record of format " + format + ", which needs a newer mlops4j");
    }
    return format;
  }

  @Override
  public String kind() {
    return "application/vnd.mlops4j.change-record+json";
  }

  @Override
  public VersionRecord read(Document json, long number) {
    int format = format(json, OF_MODEL);
    Chain.Header header = Chain.Header.read(json);
    VersionRecord record =
        new VersionRecord(
            json.text("model"),
            json.whole("number"),
            VersionState.valueOf(json.text("state").toUpperCase(Locale.ROOT)),
            json.objects("versions").stream().map(each -> version(model, each)).toList(),
            header.change(),
            header.at(),
            header.clock(),
            header.previous());
    if (!record.model().equals(model)
        || record.number() != number
        || record.isOfModel() != (format == OF_MODEL)) {
      throw new IllegalArgumentException("record " + record.number() + " of " + record.model());
    }
    return record;
  }
}
