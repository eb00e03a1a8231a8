package io.mlops4j.spi;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The verified bytes of a model: the bytes that were digested are the bytes that an engine loads.
 * Immutable and thread safe. Do not write to the buffers; each call returns a buffer with its own
 * position.
 *
 * <p>An implementation may read the bytes only when {@link #bytes} or {@link #external} is called
 * for the first time. It then verifies them against the digest, which is known before. Their
 * exceptions pass through the load to its caller.
 */
public interface ModelSource {
  /**
   * Returns the format, which decides which engines can load the model.
   *
   * @return the format
   */
  ModelFormat format();

  /**
   * Returns the path of the main file, for messages. For a format of many files, it is the folder.
   *
   * @return the main file or folder
   */
  Path main();

  /**
   * Returns the bytes of the main file.
   *
   * @return null for a format that is a folder
   */
  @Nullable ByteBuffer bytes();

  /**
   * Returns the bytes of the further files to which the main file refers.
   *
   * @return an unmodifiable map from relative file name to bytes, often empty
   */
  Map<String, ByteBuffer> external();

  /**
   * Returns the digest of the content.
   *
   * @return the digest against which the bytes are verified
   */
  Digest digest();

  /**
   * Returns whether an engine may store the model in a form of its own, if its options name a
   * cache. It may later load that form by the digest, without these bytes.
   *
   * @return false if caching this model was forbidden
   */
  default boolean cacheable() {
    return true;
  }

  /**
   * Returns the signatures that came with the model, unverified. They are bundles of the OpenSSF
   * model-signing format, from beside its files or from its registry. They are not part of {@link
   * #digest}.
   *
   * @return an unmodifiable list, often empty
   */
  default List<ByteBuffer> signatures() {
    return List.of();
  }
}
