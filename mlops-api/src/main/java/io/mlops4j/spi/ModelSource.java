package io.mlops4j.spi;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's bytes, verified: what was hashed is what is loaded. Immutable and thread safe; the
 * buffers are not to be written, and every call returns one of its own position. Bytes may be read
 * at the first call of {@link #bytes} or {@link #external}; they are verified then against the
 * digest, which was known before, and what they throw is for the caller of the load.
 */
public interface ModelSource {
  /**
   * The format that decides which engines can load it.
   *
   * @return the format
   */
  ModelFormat format();

  /**
   * Where the bytes came from, for messages; a folder for formats of many files.
   *
   * @return the main file or folder
   */
  Path main();

  /**
   * The bytes of the main file.
   *
   * @return null for formats that are a folder
   */
  @Nullable ByteBuffer bytes();

  /**
   * The bytes of further files that the main one refers to.
   *
   * @return relative name to bytes, often empty
   */
  Map<String, ByteBuffer> external();

  /**
   * The digest of the content.
   *
   * @return the digest that was verified
   */
  Digest digest();

  /**
   * Whether an engine may keep the model in a form of its own, where its options name a cache, and
   * load it from there by the digest, without these bytes.
   *
   * @return false where somebody forbade it
   */
  default boolean cacheable() {
    return true;
  }

  /**
   * Signatures that came with the model, unverified: bundles of the OpenSSF model-signing format,
   * as they lay beside its files or in its registry. None of them is part of {@link #digest}.
   *
   * @return unmodifiable, often empty
   */
  default List<ByteBuffer> signatures() {
    return List.of();
  }
}
