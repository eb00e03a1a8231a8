package io.mlops4j.runtime.lineage;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The links between versions and data, and the states of the versions that have any. */
final class LineageIndex {
  /** By model, the links of the versions that have any, the oldest first. */
  private final Map<String, List<Links>> models = new TreeMap<>();

  /** The states of parents without links, and of versions that are not active. */
  private final Map<ModelVersion, VersionState> states = new HashMap<>();

  private final int mostLinks;
  private int links;
  private @Nullable Backwards backwards;

  private LineageIndex(int mostLinks) {
    this.mostLinks = mostLinks;
  }

  /** One step from a version. */
  @FunctionalInterface
  interface Next {
    List<ModelVersion> of(ModelVersion version);
  }

  /** The versions that name a version or a data set, ordered by model and number. */
  private static final class Backwards {
    final Map<ModelVersion, List<ModelVersion>> children = new HashMap<>();
    final Map<String, List<ModelVersion>> byName = new HashMap<>();
    final Map<Digest, List<ModelVersion>> byDigest = new HashMap<>();

    void add(Links links) {
      links.parents().forEach(parent -> put(children, parent, links.version()));
      for (Links.Data data : links.trainedOn()) {
        put(byName, data.name(), links.version());
        put(byDigest, data.digest(), links.version());
      }
    }

    private static <K> void put(Map<K, List<ModelVersion>> map, K key, ModelVersion version) {
      List<ModelVersion> versions = map.computeIfAbsent(key, k -> new ArrayList<>(1));
      // The links of one version are added one after the other.
      if (versions.isEmpty() || !versions.get(versions.size() - 1).equals(version)) {
        versions.add(version);
      }
    }
  }

  static LineageIndex read(
      ModelRegistry registry, Collection<String> models, int mostLinks, int page) {
    LineageIndex index = new LineageIndex(mostLinks);
    for (String model : new TreeSet<>(models)) {
      if (registry instanceof StoredRegistry stored) {
        stored.links(model, index::add);
      } else {
        index.add(registry, model, VersionRange.oldest(page));
      }
    }
    index.addStatesOfParents(registry);
    return index;
  }

  private void add(ModelRegistry registry, String model, VersionRange range) {
    List<VersionStatus> page = registry.versions(model, range);
    while (!page.isEmpty()) {
      page.forEach(
          status -> {
            ModelVersion version = status.version();
            add(Links.of(version, registry.card(version)), status.state());
          });
      int last = page.get(page.size() - 1).version().number();
      page = registry.versions(model, range.withNumbersAfter(last));
    }
  }

  private void add(Links found, VersionState state) {
    if (found.isEmpty()) {
      return;
    }
    ModelVersion version = found.version();
    links += found.parents().size() + found.trainedOn().size();
    if (links > mostLinks) {
      throw new RegistryException(
          "lineage: found more than "
              + mostLinks
              + " links, expected at most that many to limit memory; read some models only, for"
              + " example Lineage.of(registry, List.of(\""
              + version.name()
              + "\"))",
          null);
    }
    models.computeIfAbsent(version.name(), name -> new ArrayList<>()).add(found);
    if (state != VersionState.ACTIVE) {
      states.put(version, state);
    }
  }

  /** Adds the states of parents that have no links or belong to models that were not read. */
  private void addStatesOfParents(ModelRegistry registry) {
    Set<ModelVersion> others = new HashSet<>();
    for (List<Links> ofModel : models.values()) {
      for (Links each : ofModel) {
        for (ModelVersion parent : each.parents()) {
          if (find(parent) == null && others.add(parent)) {
            state(registry, parent).ifPresent(state -> states.put(parent, state));
          }
        }
      }
    }
  }

  private static Optional<VersionState> state(ModelRegistry registry, ModelVersion version) {
    VersionRange range = VersionRange.oldest(1);
    range = version.number() == 1 ? range : range.withNumbersAfter(version.number() - 1);
    return registry.versions(version.name(), range).stream()
        .filter(status -> status.version().equals(version))
        .map(VersionStatus::state)
        .findFirst();
  }

  /** Returns null for a version without links. */
  private @Nullable Links find(ModelVersion version) {
    List<Links> sorted = models.getOrDefault(version.name(), List.of());
    int low = 0;
    // Numbers are unique, so a version's place is at most its number.
    int high = Math.min(sorted.size(), version.number()) - 1;
    while (low <= high) {
      int middle = high == version.number() - 1 ? high : (low + high) >>> 1;
      Links found = sorted.get(middle);
      int number = found.version().number();
      if (number == version.number()) {
        return found.version().equals(version) ? found : null;
      }
      if (number < version.number()) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  List<ModelVersion> parents(ModelVersion version) {
    Links found = find(version);
    return found == null ? List.of() : found.parents();
  }

  List<ModelVersion> children(ModelVersion version) {
    return backwards().children.getOrDefault(version, List.of());
  }

  List<ModelVersion> trainedOn(String name) {
    return backwards().byName.getOrDefault(name, List.of());
  }

  List<ModelVersion> trainedOn(Digest digest) {
    return backwards().byDigest.getOrDefault(digest, List.of());
  }

  /** Created by the first query that needs it. */
  private synchronized Backwards backwards() {
    if (backwards == null) {
      Backwards made = new Backwards();
      models.values().forEach(ofModel -> ofModel.forEach(made::add));
      backwards = made;
    }
    return backwards;
  }

  /** Returns empty for a foreign version. */
  Optional<VersionState> state(ModelVersion version) {
    VersionState state = states.get(version);
    return state == null && find(version) != null
        ? Optional.of(VersionState.ACTIVE)
        : Optional.ofNullable(state);
  }

  int links() {
    return links;
  }
}
