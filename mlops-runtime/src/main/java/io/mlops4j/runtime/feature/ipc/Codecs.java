package io.mlops4j.runtime.feature.ipc;

import io.mlops4j.error.DataException;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.jspecify.annotations.Nullable;

/**
 * The codecs of {@code arrow-compression}, which {@code mlops-data} brings. They are looked up with
 * the class loader of this class, so that the thread's does not matter.
 */
public final class Codecs {
  private static final CompressionCodec.@Nullable Factory FACTORY = find();

  /** The largest ratio of LZ4 and ZSTD: a block of four bytes decompresses to 128 KiB. */
  private static final long BEST_RATIO = 1 << 15;

  private Codecs() {}

  private static CompressionCodec.@Nullable Factory find() {
    try {
      return ServiceLoader.load(CompressionCodec.Factory.class, Codecs.class.getClassLoader())
          .findFirst()
          .orElse(null);
    } catch (LinkageError | ServiceConfigurationError e) { // a broken one is as good as none
      return null;
    }
  }

  /**
   * Returns a codec.
   *
   * @param type LZ4 or ZSTD
   * @return the codec
   * @throws DataException if the library is missing; names it
   */
  public static CompressionCodec codec(CodecType type) {
    CompressionCodec.Factory found = FACTORY;
    if (found == null) {
      throw missing(type, null);
    }
    try {
      return found.createCodec(type);
    } catch (LinkageError e) {
      throw missing(type, e);
    }
  }

  /** Decompresses a buffer, and releases the compressed buffer if it succeeds. */
  static ArrowBuf decompress(
      CompressionCodec codec, BufferAllocator allocator, ArrowBuf compressed) {
    checkLength(compressed);
    try {
      return codec.decompress(allocator, compressed);
    } catch (LinkageError e) { // a dependency of arrow-compression is missing
      throw missing(codec.getCodecType(), e);
    }
  }

  /** A damaged length must not allocate all memory. */
  private static void checkLength(ArrowBuf compressed) {
    long length = compressed.getLong(0);
    if (length != CompressionUtil.NO_COMPRESSION_LENGTH
        && (length < 0 || length > compressed.writerIndex() * BEST_RATIO)) {
      throw new IllegalArgumentException(
          "found a length of " + length + " for " + compressed.writerIndex() + " compressed bytes");
    }
  }

  private static DataException missing(CodecType type, @Nullable LinkageError e) {
    return new DataException(
        "rows compressed with "
            + type
            + " need io.mlops4j:mlops-data, or org.apache.arrow:arrow-compression alone, which is"
            + " missing; add that dependency",
        e);
  }
}
