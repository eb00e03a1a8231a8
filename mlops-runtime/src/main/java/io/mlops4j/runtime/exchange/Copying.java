package io.mlops4j.runtime.exchange;

import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Writes files piece by piece, and tells how far it is. */
final class Copying {
  private static final int PIECE = 1 << 20;

  private Copying() {}

  static void copy(Path from, Path to, ProgressMeter meter) throws IOException {
    try (InputStream in = Files.newInputStream(from);
        FileChannel channel = create(to)) {
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        write(ByteBuffer.wrap(piece), channel, meter);
      }
    }
  }

  static void write(ByteBuffer content, Path to, ProgressMeter meter) throws IOException {
    try (FileChannel channel = create(to)) {
      for (int at = 0; at < content.remaining(); at += PIECE) {
        int size = Math.min(PIECE, content.remaining() - at);
        write(content.slice(content.position() + at, size), channel, meter);
      }
    }
  }

  private static void write(ByteBuffer piece, FileChannel channel, ProgressMeter meter)
      throws IOException {
    int size = piece.remaining();
    while (piece.hasRemaining()) {
      channel.write(piece);
    }
    meter.accept(size);
  }

  private static FileChannel create(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Empties a folder, as far as it can be emptied. */
  static void empty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      entries.toList().forEach(Disk::deleteQuietly);
    } catch (IOException e) {
      // What stays is half a model, without its MLmodel.
    }
  }
}
