package io.mlops4j.samples.service;

import io.mlops4j.samples.service.inference.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Compressed bodies. */
final class Gzip {
  /** Smaller answers are sent as they are. */
  static final int WORTHWHILE = 2_048;

  private Gzip() {}

  /**
   * Returns a body as it was before it was compressed.
   *
   * @param most its most bytes, so that a small request cannot fill the memory
   */
  static byte[] decode(byte[] compressed, int most) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      byte[] body = in.readNBytes(most);
      if (in.read() >= 0) {
        throw new Problem(
            Problem.Kind.TOO_LARGE,
            "body: expected at most " + most + " bytes when decompressed, as MLOPS_MAX_BODY says");
      }
      return body;
    } catch (ZipException | EOFException e) {
      throw Problem.badInput("body: found bytes that are no gzip, as Content-Encoding says");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] encode(byte[] body) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 2);
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return compressed.toByteArray();
  }

  /** Reads an {@code Accept-Encoding}: gzip is accepted unless its weight is 0. */
  static boolean isAccepted(@Nullable String encodings) {
    if (encodings == null) {
      return false;
    }
    for (String each : encodings.split(",", -1)) {
      String[] parts = each.strip().split("\\s*;\\s*", -1);
      if (parts[0].equalsIgnoreCase("gzip")) {
        return parts.length == 1 || !parts[1].matches("[qQ]=0(\\.0*)?");
      }
    }
    return false;
  }
}
