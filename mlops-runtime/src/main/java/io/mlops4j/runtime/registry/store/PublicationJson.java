package io.mlops4j.runtime.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of a manifest that describe its publication. Older libraries ignore them. */
public final class PublicationJson {
  private PublicationJson() {}

  public static void write(Publication publication, ObjectNode json) {
    if (!publication.clock().equals(publication.at())) {
      json.put("clock", publication.clock().toString());
    }
    ObjectNode publisher = Json.object();
    publication.by().ifPresent(by -> write(by, publisher));
    publication.process().ifPresent(process -> publisher.put("process", process));
    publication.registry().ifPresent(registry -> publisher.put("registry", registry));
    if (!publisher.isEmpty()) {
      json.set("publisher", publisher);
    }
    publication.origin().ifPresent(origin -> json.set("origin", write(origin)));
  }

  static Publication read(Document json) {
    Document publisher = json.has("publisher") ? json.object("publisher") : null;
    return new Publication(
        json.instant("published"),
        json.instant(json.has("clock") ? "clock" : "published"),
        Optional.ofNullable(publisher).flatMap(PublicationJson::change),
        text(publisher, "process"),
        text(publisher, "registry"),
        json.has("origin") ? Optional.of(origin(json.object("origin"))) : Optional.empty());
  }

  private static Optional<String> text(@Nullable Document json, String key) {
    return json == null ? Optional.empty() : Optional.ofNullable(json.optionalText(key));
  }

  static void write(Change change, ObjectNode json) {
    json.put("actor", change.actor()).put("reason", change.reason());
  }

  private static Optional<Change> change(Document json) {
    return json.has("actor")
        ? Optional.of(new Change(json.text("actor"), json.text("reason")))
        : Optional.empty();
  }

  public static ObjectNode write(Origin origin) {
    ObjectNode json = Json.object().put("source", origin.source());
    origin
        .version()
        .ifPresent(
            version ->
                json.set(
                    "version",
                    Json.object()
                        .put("model", version.name())
                        .put("number", version.number())
                        .put("digest", version.digest().toString())));
    origin.published().ifPresent(at -> json.put("published", at.toString()));
    origin.by().ifPresent(by -> write(by, json));
    for (Origin.Naming naming : origin.aliases()) {
      ObjectNode each =
          Json.object().put("alias", naming.alias()).put("from", naming.from().toString());
      naming.until().ifPresent(until -> each.put("until", until.toString()));
      write(naming.change(), each);
      json.withArray("aliases").add(each);
    }
    return json;
  }

  public static Origin origin(Document json) {
    Document version = json.has("version") ? json.object("version") : null;
    return new Origin(
        json.text("source"),
        version == null
            ? Optional.empty()
            : Optional.of(
                new ModelVersion(
                    version.text("model"), version.count("number"), version.digest("digest"))),
        instant(json, "published"),
        change(json),
        List.copyOf(json.objects("aliases").stream().map(PublicationJson::naming).toList()));
  }

  private static Origin.Naming naming(Document json) {
    return new Origin.Naming(
        json.text("alias"),
        json.instant("from"),
        instant(json, "until"),
        new Change(json.text("actor"), json.text("reason")));
  }

  private static Optional<Instant> instant(Document json, String key) {
    return json.has(key) ? Optional.of(json.instant(key)) : Optional.empty();
  }
}
