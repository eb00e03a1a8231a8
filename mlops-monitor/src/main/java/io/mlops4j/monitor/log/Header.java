package io.mlops4j.monitor.log;

import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all rows of a file have in common. It is kept in the metadata of the file's Arrow schema.
 *
 * @param digested the feature columns that are written as a digest only, by name
 */
record Header(ServedBy servedBy, Route route, List<String> digested) {
  private static final String PREFIX = "mlops4j.";
  private static final String FORMAT = "1";
  private static final String ALIAS = "alias.";
  private static final String FALLBACK = "fallback.";

  Map<String, String> toMetadata() {
    Map<String, @Nullable String> values = new LinkedHashMap<>();
    values.put("log", FORMAT);
    values.put("model", servedBy.model());
    values.put("digest", servedBy.digest().toString());
    values.put("version", text(servedBy.version().orElse(null)));
    values.put("engine", servedBy.engine());
    values.put("route", route.name());
    values.put("digested", digested.isEmpty() ? null : String.join("\n", digested));
    servedBy.alias().ifPresent(alias -> put(values, alias));
    servedBy
        .fallback()
        .ifPresent(
            fallback -> {
              values.put(FALLBACK + "reason", fallback.reason().name());
              values.put(FALLBACK + "instead", text(fallback.instead()));
            });
    Map<String, String> metadata = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (value != null) {
            metadata.put(PREFIX + name, value);
          }
        });
    return metadata;
  }

  private static void put(Map<String, @Nullable String> values, AliasRecord alias) {
    values.put(ALIAS + "model", alias.model());
    values.put(ALIAS + "name", alias.alias());
    values.put(ALIAS + "number", Long.toString(alias.number()));
    values.put(ALIAS + "from", text(alias.from()));
    values.put(ALIAS + "to", text(alias.to()));
    values.put(ALIAS + "actor", alias.change().actor());
    values.put(ALIAS + "reason", alias.change().reason());
    values.put(ALIAS + "at", alias.at().toString());
    values.put(ALIAS + "clock", alias.clock().toString());
    values.put(ALIAS + "previous", alias.previous() == null ? null : alias.previous().toString());
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
    AliasRecord alias =
        values.optional(ALIAS + "name") == null
            ? null
            : new AliasRecord(
                values.required(ALIAS + "model"),
                values.required(ALIAS + "name"),
                Long.parseLong(values.required(ALIAS + "number")),
                version(values.optional(ALIAS + "from")),
                version(values.optional(ALIAS + "to")),
                new Change(values.required(ALIAS + "actor"), values.required(ALIAS + "reason")),
                Instant.parse(values.required(ALIAS + "at")),
                Instant.parse(values.required(ALIAS + "clock")),
                digest(values.optional(ALIAS + "previous")));
    String digested = values.optional("digested");
    ServedBy servedBy =
        ServedBy.of(
            values.required("model"),
            Digest.parse(values.required("digest")),
            version(values.optional("version")),
            alias,
            values.required("engine"));
    String reason = values.optional(FALLBACK + "reason");
    ModelVersion instead = version(values.optional(FALLBACK + "instead"));
    return new Header(
        reason == null || instead == null
            ? servedBy
            : servedBy.asFallback(new ServedBy.Fallback(ServedBy.Reason.valueOf(reason), instead)),
        Route.valueOf(values.required("route")),
        digested == null ? List.of() : List.of(digested.split("\n")));
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
