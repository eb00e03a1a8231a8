package io.mlops4j.spi;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelFormat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's bytes, verified: what was hashed is what is loaded. Immutable and thread safe; the
 * buffers are not to be written, and every call returns one of its own position.
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
}
