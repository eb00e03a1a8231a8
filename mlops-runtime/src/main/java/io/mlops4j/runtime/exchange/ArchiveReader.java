package io.mlops4j.runtime.exchange;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.ArchiveNames;
import io.mlops4j.runtime.registry.store.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads a stranger's ZIP file within limits; all that is wrong with it is an IOException. */
final class ArchiveReader implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  /** What a few bytes may become whatever the ratio: a line of zeros compresses well. */
  private static final int HARMLESS = 1 << 20;

  private final Path file;
  private final ZipFile zip;
  private final ArchiveLimits limits;
  private final List<String> names;
  private long bytes;

  private ArchiveReader(Path file, ZipFile zip, ArchiveLimits limits, List<String> names) {
    this.file = file;
    this.zip = zip;
    this.limits = limits;
    this.names = names;
  }

  /** Checks every name and kind before anything is read. */
  static ArchiveReader open(Path file, ArchiveLimits limits) throws IOException {
    List<ZipDirectory.Entry> entries;
    try (FileChannel channel = FileChannel.open(file)) {
      entries = ZipDirectory.read(channel, limits.entries());
    }
    for (ZipDirectory.Entry entry : entries) {
      String special = entry.encrypted() ? "an encrypted file" : entry.special();
      if (!special.isEmpty()) {
        throw new IOException(
            "an entry named \"" + ArchiveNames.shown(entry.name()) + "\" that is " + special);
      }
    }
    List<String> names = entries.stream().map(ZipDirectory.Entry::name).toList();
    ArchiveNames.check(names, limits.depth());
    try {
      return new ArchiveReader(
          file, new ZipFile(file.toFile(), StandardCharsets.UTF_8), limits, names);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new IOException("a ZIP file that Java does not read (" + e.getMessage() + ")", e);
    }
  }

  /** Refuses entries beyond those that the index lists, and an index that lists more. */
  void requireOnly(List<String> listed) throws IOException {
    TreeSet<String> expected = new TreeSet<>(listed);
    expected.add(ArchiveIndex.NAME);
    TreeSet<String> unlisted = new TreeSet<>(names);
    unlisted.removeAll(expected);
    if (!unlisted.isEmpty()) {
      throw new IOException(
          "an entry named \"" + ArchiveNames.shown(unlisted.first()) + "\" that no index lists");
    }
    expected.removeAll(names);
    if (!expected.isEmpty()) {
      throw new IOException("no entry \"" + ArchiveNames.shown(expected.first()) + "\"");
    }
  }

  /** Reads a small entry. */
  byte[] document(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copy(name, out, Json.LARGEST, more -> {});
    return out.toByteArray();
  }

  /** Writes the listed files below a folder, each compared with its digest. */
  void unpack(Map<String, Manifest.Entry> files, Path folder, ProgressMeter meter)
      throws IOException {
    for (Map.Entry<String, Manifest.Entry> each : files.entrySet()) {
      meter.at(each.getKey());
      Path target = folder.resolve(each.getKey());
      if (!target.normalize().equals(target) || !target.startsWith(folder)) {
        throw new IOException("an entry named \"" + ArchiveNames.shown(each.getKey()) + "\"");
      }
      Files.createDirectories(target.getParent());
      MessageDigest sha256 = sha256();
      try (OutputStream out =
          new DigestOutputStream(
              Files.newOutputStream(
                  target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              sha256)) {
        copy(ArchiveIndex.FILES + each.getKey(), out, each.getValue().bytes(), meter);
      }
      Digest found = new Digest("sha256", HexFormat.of().formatHex(sha256.digest()));
      if (!found.equals(each.getValue().digest())) {
        throw new IntegrityException(
            "%s: found %s with %s, expected %s as its index lists; nothing was published"
                .formatted(file, each.getKey(), found, each.getValue().digest()));
      }
      meter.done();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void copy(String name, OutputStream to, long most, LongConsumer copying)
      throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("no entry \"" + ArchiveNames.shown(name) + "\"");
    }
    long allowed = allowed(entry);
    byte[] chunk = new byte[CHUNK];
    long copied = 0;
    try (InputStream in = zip.getInputStream(entry)) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        copied += read;
        bytes += read;
        if (copied > most || bytes > limits.bytes() || copied > allowed) {
          throw new IOException(tooMuch(name, copied > most ? "its index says" : "is allowed"));
        }
        to.write(chunk, 0, read);
        copying.accept(read);
      }
    }
  }

  private long allowed(ZipEntry entry) {
    long packed = Math.max(0, Math.min(entry.getCompressedSize(), Long.MAX_VALUE / limits.ratio()));
    return entry.getMethod() == ZipEntry.STORED
        ? Long.MAX_VALUE
        : Math.max(HARMLESS, packed * limits.ratio());
  }

  private static String tooMuch(String name, String than) {
    return "an entry named \"" + ArchiveNames.shown(name) + "\" with more bytes than " + than;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
