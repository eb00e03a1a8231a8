package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.util.List;

/** The publication of a version, as text and as JSON. */
final class PublicationFacts {
  private PublicationFacts() {}

  static ObjectNode json(Publication publication) {
    ObjectNode json =
        ConsoleOutput.object()
            .put("at", publication.at().toString())
            .put("clock", publication.clock().toString())
            .put("by", publication.by().map(by -> by.actor()).orElse(null))
            .put("because", publication.by().map(by -> by.reason()).orElse(null))
            .put("process", publication.process().orElse(null))
            .put("registry", publication.registry().orElse(null));
    json.set("origin", publication.origin().map(PublicationFacts::json).orElse(null));
    return json;
  }

  private static ObjectNode json(Origin origin) {
    ObjectNode json =
        ConsoleOutput.object()
            .put("source", origin.source())
            .put("version", origin.version().map(ModelVersion::toString).orElse(null))
            .put("published", origin.published().map(Object::toString).orElse(null))
            .put("by", origin.by().map(by -> by.actor()).orElse(null));
    ArrayNode aliases = json.putArray("aliases");
    for (Origin.Naming naming : origin.aliases()) {
      aliases
          .addObject()
          .put("alias", naming.alias())
          .put("from", naming.from().toString())
          .put("until", naming.until().map(Object::toString).orElse(null))
          .put("by", naming.change().actor())
          .put("because", naming.change().reason());
    }
    return json;
  }

  /** Adds rows. The registry is shown only if it is another one, such as the source of a copy. */
  static void rows(Publication publication, String registry, List<List<String>> rows) {
    rows.add(
        List.of(
            "published",
            RegistryFacts.time(publication.at())
                + publication.by().map(by -> " by " + RegistryFacts.text(by)).orElse("")
                + publication.process().map(process -> ", " + process).orElse("")));
    publication
        .registry()
        .filter(there -> !there.equals(registry))
        .ifPresent(there -> rows.add(List.of("published in", there)));
    publication.origin().ifPresent(origin -> rows(origin, rows));
  }

  private static void rows(Origin origin, List<List<String>> rows) {
    rows.add(
        List.of(
            "imported from",
            origin.source()
                + origin.version().map(version -> ", " + version).orElse("")
                + origin.published().map(at -> ", published " + RegistryFacts.time(at)).orElse("")
                + origin.by().map(by -> " by " + RegistryFacts.text(by)).orElse("")));
    for (Origin.Naming naming : origin.aliases()) {
      rows.add(
          List.of(
              "named there",
              naming.alias()
                  + " from "
                  + RegistryFacts.time(naming.from())
                  + naming.until().map(until -> " until " + RegistryFacts.time(until)).orElse("")
                  + "  "
                  + RegistryFacts.text(naming.change())));
    }
  }
}
