package io.mlops4j.monitor.log.file;

import java.io.IOException;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/** ZSTD of {@code arrow-compression}, an optional dependency with native code. */
public final class OptionalZstd {
  private static final String ARTIFACT = "org.apache.arrow:arrow-compression:19.0.0";

  private OptionalZstd() {}

  /**
   * The codec of a log.
   *
   * @throws IllegalStateException if the optional dependency is missing
   */
  public static CompressionCodec codec(boolean compressed) {
    if (!compressed) {
      return NoCompressionCodec.INSTANCE;
    }
    try {
      return CommonsCompressionFactory.INSTANCE.createCodec(CodecType.ZSTD);
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "compress: expected " + ARTIFACT + " on the class path; add that dependency", e);
    }
  }

  /** Loads rows whether they are compressed or not. */
  static void load(VectorSchemaRoot into, ArrowRecordBatch batch) throws IOException {
    try {
      new VectorLoader(into, CommonsCompressionFactory.INSTANCE).load(batch);
    } catch (LinkageError e) {
      throw new IOException(
          "found compressed rows, expected " + ARTIFACT + " on the class path to read them", e);
    }
  }
}
