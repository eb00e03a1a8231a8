package io.mlops4j.runtime.exchange;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.Publication;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Describes the origin of a version for other registries. */
final class Origins {
  private Origins() {}

  static Origin of(ModelRegistry registry, ModelVersion version) {
    Publication publication = registry.publication(version);
    List<Origin.Naming> namings = new ArrayList<>();
    List<String> aliases =
        registry instanceof StoredRegistry stored
            ? stored.everyAlias(version.name())
            : registry.aliases(version.name());
    for (String alias : aliases) {
      add(registry.history(version.name() + "@" + alias), version, namings);
    }
    namings.sort(Comparator.comparing(Origin.Naming::from).thenComparing(Origin.Naming::alias));
    return new Origin(
        registry.location().toString(),
        Optional.of(version),
        Optional.of(publication.at()),
        publication.by(),
        namings);
  }

  private static void add(
      List<AliasRecord> history, ModelVersion version, List<Origin.Naming> namings) {
    for (int i = 0; i < history.size(); i++) {
      AliasRecord record = history.get(i);
      if (version.equals(record.to())) {
        Optional<Instant> until =
            i + 1 < history.size() ? Optional.of(history.get(i + 1).at()) : Optional.empty();
        namings.add(new Origin.Naming(record.alias(), record.at(), until, record.change()));
      }
    }
  }
}
