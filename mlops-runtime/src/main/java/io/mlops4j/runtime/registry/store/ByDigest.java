package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.document.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The version that a model's digest means. */
final class ByDigest {
  static final String PREFIX = "sha256:";

  private ByDigest() {}

  /**
   * Finds the version. Of several of one model the best state counts, then the newest.
   *
   * @throws IllegalArgumentException if the text is no digest
   * @throws RegistryException if no version has it, or versions of several models have it
   */
  static ModelVersion find(Storage storage, VersionStore versions, String text) {
    Digest digest = Digest.parse(text);
    List<Found> found = new ArrayList<>();
    for (String model : storage.models()) {
      best(versions, model, digest).forEach(found::add);
    }
    boolean anyUsable = found.stream().anyMatch(Found::isUsable);
    found.removeIf(each -> anyUsable && !each.isUsable());
    if (found.size() == 1) {
      return found.get(0).version();
    }
    throw new RegistryException(
        text
            + (found.isEmpty()
                ? ": found no version with this digest in "
                    + storage
                    + ", expected the digest of a published model's bytes"
                : ": found versions of several models with this digest, "
                    + Texts.some(found.stream().map(each -> each.version().toString()).toList())
                    + ", expected one model; name the version by its number"),
        null);
  }

  private record Found(ModelVersion version, VersionState state) {
    boolean isUsable() {
      return state.compareTo(VersionState.DELETED) < 0;
    }
  }

  private static List<Found> best(VersionStore versions, String model, Digest digest) {
    return versions.list(model).of(digest, versions.last(model)).stream()
        .map(number -> versions.manifest(model, number).manifest().version())
        .filter(version -> version.digest().equals(digest)) // an index only says where to look
        .map(version -> new Found(version, versions.states(model).of(version.number())))
        .min(Comparator.comparing(Found::state)) // the first, which is the newest, of equal ones
        .stream()
        .toList();
  }
}
