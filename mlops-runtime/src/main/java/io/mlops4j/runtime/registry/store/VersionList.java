package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The versions of one model, without reading every manifest. */
public interface VersionList {
  /** The number of versions in a block of an index or of links. */
  int BLOCK = 256;

  /**
   * The end of the chain that a model's versions form.
   *
   * @param number the newest version, at least 1
   * @param digest covers the manifests of all versions up to it
   */
  record End(int number, Digest digest) {}

  /** Returns the SHA-256 of two lines: the end before, empty at first, and the next manifest. */
  static Digest link(@Nullable Digest end, Digest manifest) {
    String text = (end == null ? "" : end) + "\n" + manifest + "\n";
    return Digest.sha256(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Returns the numbers of versions that may have this content, the newest first.
   *
   * @param digest the digest of the model's bytes
   * @param card the digest of the card; empty for any card
   * @param last the highest number to return
   */
  List<Integer> of(Digest digest, Optional<Digest> card, int last);

  /** Returns the end of the chain, at {@code last} or, if another thread read more, beyond it. */
  Optional<VersionList.End> end(int last);

  /** Returns the versions up to a number, the oldest first. */
  List<ModelVersion> all(int last);

  /** Called after a version was published. */
  default void save() {}
}
