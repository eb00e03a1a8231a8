package io.mlops4j.runtime.exchange;

import io.mlops4j.runtime.internal.file.ByteSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.time.LocalDateTime;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes ZIP files whose bytes depend on their content only: all entries have the same time and are
 * not compressed, because compressors differ.
 */
final class ArchiveWriter implements AutoCloseable {
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final ZipOutputStream zip;

  ArchiveWriter(OutputStream out) {
    this.zip = new ZipOutputStream(out);
  }

  void add(String name, ByteBuffer bytes) throws IOException {
    add(name, bytes, more -> {});
  }

  void add(String name, ByteBuffer bytes, LongConsumer written) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setTimeLocal(TIME);
    entry.setSize(bytes.remaining());
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    WritableByteChannel channel = Channels.newChannel(zip);
    ByteSource.of(bytes).counted(written).into(channel::write);
    zip.closeEntry();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
