package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the versions of one model are, without reading each of their manifests. */
public interface VersionList {
  /** How many versions an index or a block of links holds. */
  int BLOCK = 256;

  /**
   * The end of the chain that a model's versions form.
   *
   * @param number the newest version, at least 1
   * @param digest over the manifests of all versions up to it
   */
  record End(int number, Digest digest) {}

  /** The SHA-256 of a line with the end before, empty at first, and one with the next manifest. */
  static Digest link(@Nullable Digest end, Digest manifest) {
    String text = (end == null ? "" : end) + "\n" + manifest + "\n";
    return Digest.sha256(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The versions up to a number that may have this content, the newest first. */
  List<Integer> candidates(Digest digest, Digest card, int last);

  /** The newest version up to a number that may have these bytes, where bytes can be shared. */
  default Optional<Integer> newestWith(Digest digest, int last) {
    return Optional.empty();
  }

  /** The end of the chain, at a number or, if others know more already, beyond it. */
  Optional<VersionList.End> end(int last);

  /** The versions up to a number, the oldest first. */
  List<ModelVersion> all(int last);

  /** The numbers of the versions up to one whose model has a digest, the newest first. */
  List<Integer> of(Digest digest, int last);

  /** Called after a version was published. */
  default void save() {}
}
