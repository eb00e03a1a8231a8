package io.mlops4j.runtime.exchange;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.ArchiveNames;
import io.mlops4j.runtime.registry.store.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Reads a stranger's ZIP file within limits. Throws IOException for a file that it rejects. */
final class ArchiveReader implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  /**
   * The size up to which the ratio is not limited, because even a harmless line of zeros compresses
   * well.
   */
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

  /** Checks the name and kind of every entry before it reads one. */
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

  /** Requires that index and archive contain the same entries. */
  void requireOnly(List<String> listed) throws IOException {
    TreeSet<String> expected = new TreeSet<>(listed);
    expected.add(ArchiveIndex.NAME);
    TreeSet<String> unlisted = new TreeSet<>(names);
    unlisted.removeAll(expected);
    if (!unlisted.isEmpty()) {
      throw new IOException(
          "an entry named \""
              + ArchiveNames.shown(unlisted.first())
              + "\" that the index does not list");
    }
    expected.removeAll(names);
    if (!expected.isEmpty()) {
      throw new IOException("no entry \"" + ArchiveNames.shown(expected.first()) + "\"");
    }
  }

  /** Reads a small entry. */
  byte[] document(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    copy(name, Json.LARGEST, Channels.newChannel(out)::write);
    return out.toByteArray();
  }

  /** Writes the listed files below a folder and compares each with its digest. */
  void unpack(Map<String, Manifest.Entry> files, Path folder, ProgressMeter meter)
      throws IOException {
    for (Map.Entry<String, Manifest.Entry> each : files.entrySet()) {
      String name = each.getKey();
      Manifest.Entry listed = each.getValue();
      meter.at(name);
      Path target = folder.resolve(name);
      if (!target.normalize().equals(target) || !target.startsWith(folder)) {
        throw new IOException("an entry named \"" + ArchiveNames.shown(name) + "\"");
      }
      ByteSource entry = sink -> copy(ArchiveIndex.FILES + name, listed.bytes(), sink);
      Disk.Hash hash = new Disk.Hash();
      Disk.writeUnforced(target, hash.reading(entry).counted(meter));
      Digest found = hash.digest();
      if (!found.equals(listed.digest())) {
        throw new IntegrityException(
            "%s: found %s with %s, expected %s as its index lists; nothing was published"
                .formatted(file, name, found, listed.digest()));
      }
      meter.done();
    }
  }

  private void copy(String name, long most, ByteSink sink) throws IOException {
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
        sink.take(ByteBuffer.wrap(chunk, 0, read));
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
