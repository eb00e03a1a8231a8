package io.mlops4j.runtime.registry;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.util.List;
import java.util.Optional;

/** What the versions of one model are, without reading each of their manifests. */
interface VersionList {
  /** The versions up to a number that may have this content, the newest first. */
  List<Integer> candidates(Digest digest, Digest card, int last);

  /** The newest version up to a number that may have these bytes, where bytes can be shared. */
  default Optional<Integer> newestWith(Digest digest, int last) {
    return Optional.empty();
  }

  /** The end of the chain, at a number or, if others know more already, beyond it. */
  Optional<VersionIndex.End> end(int last);

  /** The versions up to a number, the oldest first. */
  List<ModelVersion> all(int last);

  /** The numbers of the versions up to one whose model has a digest, the newest first. */
  List<Integer> of(Digest digest, int last);

  /** Called after a version was published. */
  default void save() {}
}
