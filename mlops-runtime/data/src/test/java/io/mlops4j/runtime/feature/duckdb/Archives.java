package io.mlops4j.runtime.feature.duckdb;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** Bytes of files whose names end in {@code .gz} or {@code .zst}, by the libraries of others. */
final class Archives {
  private Archives() {}

  /**
   * Compresses content as the name of its file says.
   *
   * @return the content as it is for another name
   */
  static byte[] bytes(String name, byte[] content) throws IOException {
    String lower = name.toLowerCase(Locale.ROOT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        lower.endsWith(".gz")
            ? new GZIPOutputStream(bytes)
            : lower.endsWith(".zst") ? new ZstdOutputStream(bytes).setChecksum(true) : bytes) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
