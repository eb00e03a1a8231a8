package io.mlops4j.runtime.scoring.file;

import com.google.flatbuffers.FlatBufferBuilder;
import io.mlops4j.error.DataException;
import io.mlops4j.internal.IpcMessages;
import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An Arrow file that is being written: {@code OUT.partial}, and the {@link Journal} beside it. The
 * journal is locked, so that two processes do not write the same file. Rows behind the journal's
 * last record are cut off when the file is opened again. One thread.
 */
final class PartialFile implements AutoCloseable {
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final int START = 8; // the magic, padded
  private static final long LONGEST_LAG = TimeUnit.SECONDS.toNanos(2);

  private final Path out;
  private final Path partial;
  private final Journal journal;
  private final FileChannel channel;
  private final boolean resumable;
  private final LongSupplier nanos;
  private final List<ArrowBlock> blocks = new ArrayList<>();
  private Disk.Hash hash = new Disk.Hash();
  private @Nullable Schema schema;
  private long position;
  private long rows;
  private long badRows;
  private long durableRows;
  private long recorded;
  private long recordNanos;
  private @Nullable Digest digest;
  private boolean discarded;
  private boolean finished;

  private PartialFile(
      Path out,
      Path partial,
      Journal journal,
      FileChannel channel,
      boolean resumable,
      LongSupplier nanos) {
    this.out = out;
    this.partial = partial;
    this.journal = journal;
    this.channel = channel;
    this.resumable = resumable;
    this.nanos = nanos;
    this.recorded = nanos.getAsLong();
  }

  /**
   * Opens the file of an interrupted run, or a new one.
   *
   * @param identity of the work; the file of another work is deleted. Null if the work cannot be
   *     resumed: nothing is recorded, and a file that is not finished is deleted
   */
  static PartialFile open(Path out, @Nullable Digest identity) {
    return open(out, identity, System::nanoTime);
  }

  /**
   * @param nanos the clock, in nanoseconds. For tests
   */
  static PartialFile open(Path out, @Nullable Digest identity, LongSupplier nanos) {
    Path whole = out.toAbsolutePath();
    Path partial = rowsOf(whole);
    Journal journal = Journal.open(journalOf(whole), whole);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      PartialFile file = new PartialFile(whole, partial, journal, channel, identity != null, nanos);
      file.resume(identity);
      return file;
    } catch (IOException | RuntimeException e) {
      AutoCloseables.closeNoChecked(channel == null ? () -> {} : channel);
      journal.close();
      throw new DataException(partial + ": cannot be written: " + e, e);
    }
  }

  /** Returns where the rows of an output are until they are complete. */
  static Path rowsOf(Path out) {
    return out.resolveSibling(out.getFileName() + ".partial");
  }

  /** Returns where the journal of an output is. */
  static Path journalOf(Path out) {
    return out.resolveSibling(out.getFileName() + ".journal");
  }

  private void resume(@Nullable Digest identity) throws IOException {
    Journal.Entry last = null;
    Disk.Hash read = new Disk.Hash();
    for (Journal.Entry entry : journal.entries(identity)) {
      if (entry.bytes() > channel.size()) {
        break;
      }
      addRange(read, last == null ? 0 : last.bytes(), entry.bytes());
      if (!read.copy().digest().hex().equals(entry.sha256())) {
        break;
      }
      blocks.addAll(entry.blocks());
      hash = read.copy();
      last = entry;
    }
    if (last == null) {
      journal.restart(identity);
      channel.truncate(0);
      return;
    }
    journal.cutAfter(last, blocks.size());
    channel.truncate(last.bytes());
    position = last.bytes();
    rows = last.rows();
    durableRows = rows;
    badRows = last.badRows();
    schema = readSchema();
  }

  private void addRange(Disk.Hash read, long from, long to) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(1 << 18);
    for (long at = from; at < to; ) {
      piece.clear().limit((int) Math.min(piece.capacity(), to - at));
      if (channel.read(piece, at) < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      at += piece.position();
      read.update(piece.flip());
    }
  }

  private Schema readSchema() throws IOException {
    ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    channel.read(prefix, START);
    ByteBuffer message = ByteBuffer.allocate(prefix.getInt(4));
    channel.read(message, START + 8);
    Message first = Message.getRootAsMessage(message.flip());
    return Schema.convertSchema(
        (org.apache.arrow.flatbuf.Schema) first.header(new org.apache.arrow.flatbuf.Schema()));
  }

  /** Returns the number of rows that are written. */
  long rows() {
    return rows;
  }

  /** Returns the number of rows that a run after a kill finds; empty if none can be found. */
  OptionalLong durableRows() {
    return resumable ? OptionalLong.of(durableRows) : OptionalLong.empty();
  }

  long badRows() {
    return badRows;
  }

  void write(EncodedChunk chunk) {
    try {
      Schema known = schema;
      if (known == null) {
        begin(chunk.schema());
      } else if (!known.equals(chunk.schema())) {
        throw new DataException(
            "%s: found outputs of the type %s for row %d, expected %s, the type of the rows before"
                .formatted(out, chunk.schema(), rows, known),
            null);
      }
      blocks.add(
          new ArrowBlock(position, chunk.metadata(), chunk.bytes().remaining() - chunk.metadata()));
      append(chunk.bytes());
      rows += chunk.rows();
      badRows += chunk.badRows();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void begin(Schema first) throws IOException {
    append(ByteBuffer.wrap(Arrays.copyOf(MAGIC, START)));
    append(IpcMessages.encode(first));
    schema = first;
  }

  private void append(ByteBuffer bytes) throws IOException {
    ByteBuffer left = bytes.duplicate();
    for (long at = position; left.hasRemaining(); ) {
      at += channel.write(left, at);
    }
    position += bytes.remaining();
    hash.update(bytes.duplicate());
  }

  /**
   * Records the rows that are written, if the last record is old enough.
   *
   * @param shortest the shortest nanoseconds between records; a slow disk gets more, so that
   *     records take about two per cent of the time, but at most two seconds
   */
  boolean recordIfDue(long shortest) {
    long begin = nanos.getAsLong();
    long pause = Math.max(shortest, Math.min(50 * recordNanos, LONGEST_LAG));
    if (!resumable || (shortest > 0 && begin - recorded < pause)) {
      return false;
    }
    try {
      channel.force(false);
      journal.record(rows, badRows, position, hash.copy().digest().hex(), blocks);
      durableRows = rows;
      recorded = nanos.getAsLong();
      recordNanos = recorded - begin;
      return true;
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Gives the file its final name.
   *
   * @param convert writes the final file from this one; null if they are the same
   */
  void finish(@Nullable Consumer<Path> convert) {
    if (convert != null) {
      recordIfDue(0); // so that a killed conversion scores no row again
    }
    try {
      append(footer(Objects.requireNonNull(schema, "nothing was written")));
      channel.force(true);
      digest = hash.digest();
      if (convert == null) {
        Files.move(
            partial, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Disk.force(Objects.requireNonNull(out.getParent()));
      } else {
        convert.accept(partial);
        Files.delete(partial);
      }
      finished = true;
      journal.delete();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Returns the mark of the end of the stream, then the positions of all messages. */
  private ByteBuffer footer(Schema written) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    builder.finish(new ArrowFooter(written, List.of(), blocks).writeTo(builder));
    byte[] footer = builder.sizedByteArray();
    return ByteBuffer.allocate(8 + footer.length + 4 + MAGIC.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(-1)
        .putInt(0)
        .put(footer)
        .putInt(footer.length)
        .put(MAGIC)
        .flip();
  }

  /** Returns the SHA-256 of the finished file. */
  Digest digest() {
    return Objects.requireNonNull(digest);
  }

  /** Deletes the written rows, which another run cannot use. */
  void discard() {
    discarded = true;
  }

  private ResumableException unwritable(IOException e) {
    return new ResumableException(
        resumable
            ? "%s: cannot be written: %s; %s has %d rows, free space and call score again to go on"
                .formatted(out, e, partial.getFileName(), rows)
            : "%s: cannot be written: %s; free space and call score with a new reader"
                .formatted(out, e),
        e);
  }

  @Override
  public void close() {
    try (journal) {
      channel.close();
      if (!finished && (discarded || rows == 0 || !resumable)) {
        Files.deleteIfExists(partial);
        journal.delete();
      }
    } catch (IOException e) {
      throw new DataException(partial + ": cannot be closed: " + e, e);
    }
  }
}
