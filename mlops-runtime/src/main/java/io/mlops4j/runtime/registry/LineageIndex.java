package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The links between versions and data, and the states of the versions that have any. */
final class LineageIndex {
  private final Map<ModelVersion, List<ModelVersion>> parents = new HashMap<>();
  private final Map<ModelVersion, List<ModelVersion>> children = new HashMap<>();
  private final Map<String, List<ModelVersion>> byName = new HashMap<>();
  private final Map<Digest, List<ModelVersion>> byDigest = new HashMap<>();
  private final Map<ModelVersion, VersionState> states = new HashMap<>();
  private final int mostLinks;
  private int links;

  private LineageIndex(int mostLinks) {
    this.mostLinks = mostLinks;
  }

  /** One step from a version. */
  @FunctionalInterface
  interface Next {
    List<ModelVersion> of(ModelVersion version);
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
              + " links, expected no more, which is what memory is kept for; ask for some models"
              + " only, as Lineage.of(registry, List.of(\""
              + version.name()
              + "\"))",
          null);
    }
    states.put(version, state);
    parents.put(version, found.parents());
    found.parents().forEach(parent -> put(children, parent, version));
    for (Links.Data data : found.trainedOn()) {
      put(byName, data.name(), version);
      put(byDigest, data.digest(), version);
    }
  }

  private static <K> void put(Map<K, List<ModelVersion>> map, K key, ModelVersion version) {
    List<ModelVersion> versions = map.computeIfAbsent(key, k -> new ArrayList<>(1));
    // The links of a version come one after the other.
    if (versions.isEmpty() || !versions.get(versions.size() - 1).equals(version)) {
      versions.add(version);
    }
  }

  /** Those that have no links of their own, or belong to models that were not read. */
  private void addStatesOfParents(ModelRegistry registry) {
    for (ModelVersion parent : children.keySet()) {
      if (!states.containsKey(parent)) {
        state(registry, parent).ifPresent(state -> states.put(parent, state));
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

  List<ModelVersion> parents(ModelVersion version) {
    return parents.getOrDefault(version, List.of());
  }

  List<ModelVersion> children(ModelVersion version) {
    return children.getOrDefault(version, List.of());
  }

  List<ModelVersion> trainedOn(String name) {
    return byName.getOrDefault(name, List.of());
  }

  List<ModelVersion> trainedOn(Digest digest) {
    return byDigest.getOrDefault(digest, List.of());
  }

  /** Empty for a foreign version. */
  Optional<VersionState> state(ModelVersion version) {
    return Optional.ofNullable(states.get(version));
  }

  int links() {
    return links;
  }
}
