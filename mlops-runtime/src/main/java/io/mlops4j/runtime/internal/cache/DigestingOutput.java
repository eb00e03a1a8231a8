package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Counts and digests the bytes written through it. Not thread safe. */
final class DigestingOutput extends FilterOutputStream {
  private final MessageDigest sha256 = PrivateFolder.sha256();
  private long size;

  DigestingOutput(OutputStream to) {
    super(to);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
    sha256.update(bytes, from, length);
    size += length;
  }

  long size() {
    return size;
  }

  Digest digest() {
    return new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
  }
}
