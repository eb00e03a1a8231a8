package io.mlops4j.bench.registry;

import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.files.Folders;
import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Random;

/** Puts a large file where it is safe and known by its digest; each time into a new place. */
final class Publishing implements Measured {
  private static final int MEGABYTE = 1 << 20;

  /** Field 6 of a ModelProto, of some length. */
  private static final byte DOC_STRING = 6 << 3 | 2;

  private static final long SEED = 20070707;

  private final Scratch scratch = Scratch.make();
  private final Path file;
  private final Way way;
  private int places;

  /** What is timed. */
  private interface Way {
    void put(Path file, Path place) throws Exception;
  }

  private Publishing(int megabytes, Way way) throws IOException {
    this.way = way;
    this.file = scratch.folder().resolve("model.onnx");
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(Files.readAllBytes(Models.file("mlp32"))));
      describe(out, megabytes * MEGABYTE);
      out.force(true); // what is written later is not to wait for this
    }
  }

  /** Ends the model with a long description: a field of its own, as protobuf allows. */
  private static void describe(FileChannel out, int bytes) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(6).put(DOC_STRING);
    int rest = bytes;
    for (; rest > 0x7f; rest >>>= 7) {
      start.put((byte) (rest | 0x80));
    }
    out.write(start.put((byte) rest).flip());
    Random random = new Random(SEED);
    byte[] part = new byte[MEGABYTE];
    for (int written = 0; written < bytes; written += part.length) {
      for (int i = 0; i < part.length; i++) {
        part[i] = (byte) (' ' + random.nextInt(90));
      }
      out.write(ByteBuffer.wrap(part));
    }
  }

  /** A new registry, and the first version in it. */
  static Measured ours(int megabytes) throws IOException {
    return new Publishing(
        megabytes,
        (file, place) -> {
          try (ModelRegistry registry = FileModelRegistry.open(place)) {
            registry.publish(ModelCard.builder("large").build(), file);
          }
        });
  }

  /** A copy that is forced to the disk, and one pass of SHA-256 over the file. */
  static Measured copyAndDigest(int megabytes) throws IOException {
    return new Publishing(
        megabytes,
        (file, place) -> {
          Files.createDirectory(place);
          copy(file, place.resolve("copy"));
          digest(file);
        });
  }

  private static void copy(Path from, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(from);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long size = in.size();
      for (long copied = 0; copied < size; ) {
        copied += in.transferTo(copied, size - copied, out);
      }
      out.force(true);
    }
  }

  private static void digest(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] part = new byte[MEGABYTE];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(part); read >= 0; read = in.read(part)) {
        digest.update(part, 0, read);
      }
    }
    if (digest.digest().length != 32) {
      throw new IllegalStateException("no digest");
    }
  }

  @Override
  public double measure() throws Exception {
    Path place = scratch.folder().resolve("place" + places++);
    long begin = System.nanoTime();
    way.put(file, place);
    long took = System.nanoTime() - begin;
    Folders.delete(place);
    return took;
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
