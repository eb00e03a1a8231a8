package io.mlops4j.monitor.log.row;

import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts that all rows of a file share. It is kept in the metadata of the file's Arrow schema.
 *
 * @param digested the feature columns that are written as a digest only, by name
 */
public record Header(ServedBy servedBy, Route route, List<String> digested) {
  private static final String PREFIX = "mlops4j.";
  private static final String FORMAT = "1";
  private static final String ALIAS = "alias.";
  private static final String FALLBACK = "fallback.";

  Map<String, String> toMetadata() {
    Map<String, @Nullable String> values = new LinkedHashMap<>();
    values.put("log", FORMAT);
    values.put("route", route.name());
    values.put("digested", digested.isEmpty() ? null : String.join("\n", digested));
    put(values, "", servedBy);
    Map<String, String> metadata = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (value != null) {
            metadata.put(PREFIX + name, value);
          }
        });
    return metadata;
  }

  private static void put(Map<String, @Nullable String> values, String at, ServedBy servedBy) {
    values.put(at + "model", servedBy.model());
    values.put(at + "digest", servedBy.digest().toString());
    values.put(at + "version", text(servedBy.version().orElse(null)));
    values.put(at + "engine", servedBy.engine());
    servedBy.alias().ifPresent(alias -> put(values, at + ALIAS, alias));
    servedBy
        .fallback()
        .ifPresent(
            fallback -> {
              values.put(at + FALLBACK + "reason", fallback.reason().name());
              values.put(at + FALLBACK + "instead", text(fallback.instead()));
            });
    List<ServedBy> members = servedBy.members();
    for (int i = 0; i < members.size(); i++) {
      put(values, at + member(i), members.get(i));
    }
  }

  private static String member(int number) {
    return "member." + number + ".";
  }

  private static void put(Map<String, @Nullable String> values, String at, AliasRecord alias) {
    values.put(at + "model", alias.model());
    values.put(at + "name", alias.alias());
    values.put(at + "number", Long.toString(alias.number()));
    values.put(at + "from", text(alias.from()));
    values.put(at + "to", text(alias.to()));
    values.put(at + "actor", alias.change().actor());
    values.put(at + "reason", alias.change().reason());
    values.put(at + "at", alias.at().toString());
    values.put(at + "clock", alias.clock().toString());
    values.put(at + "previous", alias.previous() == null ? null : alias.previous().toString());
  }

  /**
   * Reads the metadata of a schema.
   *
   * @throws IllegalArgumentException if it is not that of a prediction log of this format
   */
  static Header of(Map<String, String> metadata) {
    if (!FORMAT.equals(metadata.get(PREFIX + "log"))) {
      throw new IllegalArgumentException(
          "found format %s, expected %s of a prediction log"
              .formatted(metadata.get(PREFIX + "log"), FORMAT));
    }
    Values values = new Values(metadata);
    String digested = values.optional("digested");
    return new Header(
        servedBy(values, ""),
        Route.valueOf(values.required("route")),
        digested == null ? List.of() : List.of(digested.split("\n")));
  }

  private static ServedBy servedBy(Values values, String at) {
    ServedBy servedBy =
        ServedBy.of(
            values.required(at + "model"),
            Digest.parse(values.required(at + "digest")),
            version(values.optional(at + "version")),
            values.optional(at + ALIAS + "name") == null ? null : alias(values, at + ALIAS),
            values.required(at + "engine"));
    List<ServedBy> members = new ArrayList<>();
    while (values.optional(at + member(members.size()) + "model") != null) {
      members.add(servedBy(values, at + member(members.size())));
    }
    ServedBy whole = members.isEmpty() ? servedBy : servedBy.withMembers(members);
    String reason = values.optional(at + FALLBACK + "reason");
    ModelVersion instead = version(values.optional(at + FALLBACK + "instead"));
    return reason == null || instead == null
        ? whole
        : whole.asFallback(new ServedBy.Fallback(ServedBy.Reason.valueOf(reason), instead));
  }

  private static AliasRecord alias(Values values, String at) {
    return new AliasRecord(
        values.required(at + "model"),
        values.required(at + "name"),
        Long.parseLong(values.required(at + "number")),
        version(values.optional(at + "from")),
        version(values.optional(at + "to")),
        new Change(values.required(at + "actor"), values.required(at + "reason")),
        Instant.parse(values.required(at + "at")),
        Instant.parse(values.required(at + "clock")),
        digest(values.optional(at + "previous")));
  }

  private record Values(Map<String, String> metadata) {
    @Nullable String optional(String name) {
      return metadata.get(PREFIX + name);
    }

    String required(String name) {
      String value = optional(name);
      if (value == null) {
        throw new IllegalArgumentException("found no " + PREFIX + name + " in the metadata");
      }
      return value;
    }
  }

  private static @Nullable String text(@Nullable ModelVersion version) {
    return version == null
        ? null
        : version.name() + " " + version.number() + " " + version.digest();
  }

  private static @Nullable ModelVersion version(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String[] parts = text.split(" ", 3);
    return new ModelVersion(parts[0], Integer.parseInt(parts[1]), Digest.parse(parts[2]));
  }

  private static @Nullable Digest digest(@Nullable String text) {
    return text == null ? null : Digest.parse(text);
  }
}
