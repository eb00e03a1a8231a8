package io.mlops4j.runtime.feature.ipc;

import io.mlops4j.error.DataException;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;

/**
 * The codecs of {@code arrow-compression}, an optional dependency. They are loaded by class and not
 * by service, so the thread's class loader and earlier look-ups do not matter.
 */
public final class OptionalCodecs {
  private static final String ARTIFACT = "org.apache.arrow:arrow-compression:19.0.0";

  /** The largest ratio of LZ4 and ZSTD: a block of four bytes decompresses to 128 KiB. */
  private static final long BEST_RATIO = 1 << 15;

  private OptionalCodecs() {}

  /**
   * Returns a codec.
   *
   * @param type LZ4 or ZSTD
   * @return the codec
   * @throws DataException if the library is missing; names it
   */
  public static CompressionCodec codec(CodecType type) {
    try {
      return CommonsCompressionFactory.INSTANCE.createCodec(type);
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

  private static DataException missing(CodecType type, LinkageError e) {
    return new DataException(
        "rows compressed with "
            + type
            + " need "
            + ARTIFACT
            + ", which is not on the class path; add that dependency",
        e);
  }
}
