package io.mlops4j.bench.engines;

import ai.onnxruntime.OrtException;
import io.mlops4j.bench.ratios.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens all-MiniLM-L6-v2 with ONNX Runtime's Java API, by its path: that is as fast as from bytes
 * and needs half of the memory. The file is digested before, piece by piece.
 */
final class OpenRaw implements Opening {
  private static final int PIECE = 1 << 20;

  private final Path model;
  private final String digest;
  private final Map<String, RawBest.Input> inputs = MiniLm.inputs(1);
  private @Nullable Side open;

  private OpenRaw(Path model, String digest) {
    this.model = model;
    this.digest = digest;
  }

  /**
   * Prints the cost.
   *
   * @param arguments which cost, the model, its digest
   */
  public static void main(String[] arguments) throws Exception {
    try (Side first = Mlp32.raw("mlp32", 1);
        Opening raw = new OpenRaw(Path.of(arguments[1]), arguments[2])) {
      first.run();
      Opening.print(Cost.valueOf(arguments[0]), raw);
    }
  }

  @Override
  public void open() throws IOException, NoSuchAlgorithmException, OrtException {
    checkDigest();
    open = MiniLm.raw(model, inputs, 1);
  }

  private void checkDigest() throws IOException, NoSuchAlgorithmException {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (FileChannel file = FileChannel.open(model)) {
      while (file.read(piece.clear()) >= 0) {
        sha256.update(piece.flip());
      }
    }
    String found = HexFormat.of().formatHex(sha256.digest());
    if (!found.equals(digest)) {
      throw new IOException(model + ": found " + found + ", expected " + digest);
    }
  }

  @Override
  public void answer() throws Exception {
    Objects.requireNonNull(open).run();
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }
}
