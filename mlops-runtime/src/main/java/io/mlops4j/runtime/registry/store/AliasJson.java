package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The JSON form of an alias record, with the digest of the named version's manifest. */
record AliasJson(String model, String alias) implements Chain.Form<AliasJson.Named> {
  private static final int FORMAT = 1;
  // Libraries without removals refuse a removal because of its format.
  private static final int REMOVAL = 2;

  /**
   * A record with the digest that its document adds.
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
        .put("number", record.number());
    new Chain.Header(record.change(), record.at(), record.clock(), record.previous()).write(json);
    if (record.to() != null && manifest != null) {
      json.set("to", ChangeJson.write(record.to()).put("manifest", manifest.toString()));
    }
    if (record.from() != null) {
      json.set("from", ChangeJson.write(record.from()));
    }
    return json;
  }

  @Override
  public String kind() {
    return "application/vnd.mlops4j.alias-record+json";
  }

  @Override
  public Named read(Document json, long number) {
    int format = ChangeJson.format(json, REMOVAL);
    Chain.Header header = Chain.Header.read(json);
    Document to = format < REMOVAL || json.has("to") ? json.object("to") : null;
    AliasRecord record =
        new AliasRecord(
            json.text("model"),
            json.text("alias"),
            json.whole("number"),
            json.has("from") ? ChangeJson.version(model, json.object("from")) : null,
            to == null ? null : ChangeJson.version(model, to),
            header.change(),
            header.at(),
            header.clock(),
            header.previous());
    if (!record.model().equals(model)
        || !record.alias().equals(alias)
        || record.number() != number) {
      throw new IllegalArgumentException(
          "record " + record.number() + " of " + record.model() + "@" + record.alias());
    }
    return new Named(record, to == null ? null : to.digest("manifest"));
  }

  @Override
  public void checkNext(@Nullable Named before, Named next, String place) {
    ModelVersion named = before == null ? null : before.record().to();
    ModelVersion from = next.record().from();
    if (!Objects.equals(named, from)) {
      throw Document.damaged(place, "a change from " + from + " after one to " + named);
    }
  }
}
