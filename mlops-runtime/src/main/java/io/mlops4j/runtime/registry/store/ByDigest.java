package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.document.Texts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds the version with a given model digest. */
final class ByDigest {
  static final String PREFIX = "sha256:";

  private ByDigest() {}

  /**
   * Finds the version. If several versions of one model have the digest, the one with the best
   * state is returned, and the newest of equal ones.
   *
   * @throws IllegalArgumentException if the text is not a digest
   * @throws RegistryException if no version has the digest, or versions of several models have it
   */
  static ModelVersion find(Storage storage, VersionStore versions, String text) {
    Digest digest = Digest.parse(text);
    List<Found> found = new ArrayList<>();
    for (String model : storage.modelsWith(digest)) {
      best(versions, model, digest).ifPresent(found::add);
    }
    if (found.stream().anyMatch(Found::isUsable)) {
      found.removeIf(each -> !each.isUsable());
    }
    if (found.isEmpty()) {
      throw Problems.refused(
          text,
          "no version with this digest in " + storage,
          "the digest of a published model's bytes");
    }
    if (found.size() > 1) {
      throw Problems.refused(
          text,
          "versions of several models with this digest, "
              + Texts.some(found.stream().map(Found::version).toList()),
          "one model; name the version by its number");
    }
    return found.get(0).version();
  }

  private record Found(ModelVersion version, VersionState state) {
    boolean isUsable() {
      return state.compareTo(VersionState.DELETED) < 0;
    }
  }

  /** Reads no manifest after the first that has the digest, because one model may have many. */
  private static Optional<Found> best(VersionStore versions, String model, Digest digest) {
    Map<Integer, VersionRecord> changed = versions.states(model).in(state -> true);
    Function<Integer, VersionState> state =
        number -> changed.containsKey(number) ? changed.get(number).state() : VersionState.ACTIVE;
    return versions.list(model).of(digest, Optional.empty(), versions.last(model)).stream()
        .sorted(Comparator.comparing(state)) // of equal states the first, which is the newest
        .map(number -> new Found(versions.manifest(model, number).version(), state.apply(number)))
        .filter(found -> found.version().digest().equals(digest)) // the list has only candidates
        .findFirst();
  }
}
