package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Versions, aliases and records as JSON and as text, the same for every command. */
final class RegistryFacts {
  private RegistryFacts() {}

  static ObjectNode json(ModelVersion version) {
    return ConsoleOutput.object()
        .put("ref", version.toString())
        .put("model", version.name())
        .put("number", version.number())
        .put("digest", version.digest().toString());
  }

  static ObjectNode json(AliasRecord record) {
    ObjectNode json =
        ConsoleOutput.object()
            .put("ref", record.model() + "@" + record.alias())
            .put("number", record.number());
    json.set("from", record.from() == null ? json.nullNode() : json(record.from()));
    json.set("to", record.to() == null ? json.nullNode() : json(record.to()));
    return json.put("by", record.change().actor())
        .put("because", record.change().reason())
        .put("at", record.at().toString())
        .put("clock", record.clock().toString())
        .put("previous", record.previous() == null ? null : record.previous().toString());
  }

  static ObjectNode json(VersionRecord record) {
    return ConsoleOutput.object()
        .put("state", word(record.state()))
        .put("by", record.change().actor())
        .put("because", record.change().reason())
        .put("at", record.at().toString())
        .put("clock", record.clock().toString())
        .put("record", record.number())
        .put("previous", record.previous() == null ? null : record.previous().toString());
  }

  /** A record that may belong to several versions. */
  static ObjectNode jsonWithVersions(VersionRecord record) {
    ObjectNode json = ConsoleOutput.object();
    json.putArray("versions").addAll(record.versions().stream().map(RegistryFacts::json).toList());
    return json.setAll(json(record));
  }

  static List<String> row(VersionRecord record) {
    return List.of(
        Long.toString(record.number()),
        time(record.at()),
        (record.isOfModel()
                ? record.model()
                : record.versions().stream()
                    .map(ModelVersion::toString)
                    .collect(Collectors.joining(", ")))
            + " "
            + word(record.state()),
        text(record.change()));
  }

  static String changed(VersionRecord record) {
    return word(record.state()) + "  " + text(record.change());
  }

  static String text(Change change) {
    return change.actor() + (change.reason().isEmpty() ? "" : ": " + change.reason());
  }

  static List<String> row(AliasRecord record) {
    return List.of(
        Long.toString(record.number()),
        time(record.at()),
        (record.from() == null ? "" : record.from() + " ")
            + (record.isRemoval() ? "removed" : "-> " + record.to()),
        text(forPeople(record)));
  }

  /** The records of a rollout have their state as JSON below the first line of the reason. */
  private static Change forPeople(AliasRecord record) {
    Change change = record.change();
    return record.alias().endsWith(".rollout")
        ? change.because(change.reason().lines().findFirst().orElse(""))
        : change;
  }

  /** The newest record of an alias, which must have this number. */
  static AliasRecord expectedHead(ModelRegistry registry, String alias, long number) {
    Optional<AliasRecord> head = registry.head(alias);
    return head.filter(record -> record.number() == number)
        .orElseThrow(
            () ->
                new RegistryException(
                    alias
                        + ": found "
                        + head.map(
                                record ->
                                    "record "
                                        + record.number()
                                        + (record.isRemoval()
                                            ? " (removed)"
                                            : " -> " + record.to()))
                            .orElse("no record")
                        + " as the newest; expected record "
                        + number
                        + ". Nothing was changed; look at the history and decide again",
                    null));
  }

  /** The versions that the aliases of a model point to. */
  static Map<String, ModelVersion> aliases(ModelRegistry registry, String model) {
    Map<String, ModelVersion> aliases = new TreeMap<>();
    for (String alias : registry.aliases(model)) {
      registry
          .head(model + "@" + alias)
          .map(AliasRecord::to)
          .ifPresent(version -> aliases.put(alias, version));
    }
    return aliases;
  }

  static ObjectNode json(Map<String, ModelVersion> aliases) {
    ObjectNode json = ConsoleOutput.object();
    aliases.forEach((alias, version) -> json.put(alias, version.toString()));
    return json;
  }

  /** Throws if no model has this name; the message lists the models. */
  static void checkModel(ModelRegistry registry, String name) {
    List<String> models = registry.models();
    if (!models.contains(name)) {
      throw new RegistryException(
          name
              + ": no model with this name was published; published models: "
              + (models.isEmpty() ? "none" : String.join(", ", models)),
          null);
    }
  }

  /** The aliases that point to a version. */
  static List<String> naming(ModelVersion version, Map<String, ModelVersion> aliases) {
    return aliases.entrySet().stream()
        .filter(alias -> alias.getValue().number() == version.number())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whole seconds, for text; JSON has the exact time. */
  static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
