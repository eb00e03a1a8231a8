package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.ipc.IpcReader;
import io.mlops4j.runtime.feature.reading.ColumnChecks;
import io.mlops4j.runtime.feature.reading.FileStamps;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The chosen columns and rows of Arrow files, file after file. */
final class ArrowRows implements FeatureReader {
  private final List<Path> files;
  private final ReadOptions options;
  private final BufferAllocator allocator;
  private final FileStamps stamps;
  private final @Nullable ArrowFilter filter;
  private int next; // the file after the one that is open
  private @Nullable IpcReader reader;
  private @Nullable FeatureReader batches;
  private @Nullable Schema schema;
  private long bytesBefore;
  private @Nullable Batches iterator;
  private boolean closed;

  /** Opens the first file. */
  ArrowRows(List<Path> files, ReadOptions options, BufferAllocator allocator) {
    this.files = files;
    this.options = options;
    this.allocator = allocator;
    open();
    try {
      stamps = FileStamps.of(files);
      filter = options.filter().map(this::filter).orElse(null);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private ArrowFilter filter(String sql) {
    try {
      return new ArrowFilter(sql, opened().all(), allocator);
    } catch (DataException e) {
      throw named(e);
    }
  }

  private DataException named(RuntimeException e) {
    return new DataException(files.get(0) + ": cannot be read: " + e.getMessage(), e);
  }

  private IpcReader opened() {
    IpcReader open = reader;
    if (open == null) {
      throw new IllegalStateException("the reader is closed");
    }
    return open;
  }

  FileStamps stamps() {
    return stamps;
  }

  /**
   * Returns a number that differs for batches whose dictionaries differ by more than further values
   * at their ends.
   */
  long dictionaries() {
    IpcReader open = reader;
    int read = open == null ? 0 : open.dictionariesRead();
    return read == 0 ? 0 : ((long) next << Integer.SIZE) + read;
  }

  /** Returns the part of the bytes that was read. */
  double done() {
    IpcReader open = reader;
    long here = next == 0 ? 0 : stamps.bytes(files.get(next - 1));
    double read = bytesBefore - here + (open == null ? here : open.done() * here);
    return stamps.bytes() == 0 ? 1 : read / stamps.bytes();
  }

  /** Opens the next file. */
  private void open() {
    Path file = files.get(next++);
    boolean all = options.filter().isPresent(); // the filter may need the others
    List<String> columns = all ? List.of() : options.columns();
    IpcReader opened = IpcReader.open(file, columns, found -> check(file, found), allocator);
    reader = opened;
    batches = FeatureReader.of(opened);
    bytesBefore += opened.size();
  }

  private void check(Path file, Schema columns) {
    List<String> names = columns.getFields().stream().map(Field::getName).toList();
    try {
      ColumnChecks.checkNames(names, options.columns());
      ColumnChecks.checkFeatures(columns, options);
    } catch (DataException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
    Schema first = schema;
    if (first == null) {
      schema = columns;
    } else if (!first.getFields().equals(columns.getFields())) {
      throw new DataException(
          file
              + ": found the columns "
              + columns.getFields()
              + ", expected those of "
              + files.get(0)
              + ": "
              + first.getFields(),
          null);
    }
  }

  @Override
  public Iterator<FeatureBatch> iterator() {
    if (closed || iterator != null) {
      throw new IllegalStateException(
          closed
              ? "the reader is closed"
              : "the reader was read before and has only one pass; open another reader");
    }
    Batches batches = new Batches();
    iterator = batches;
    return batches;
  }

  @Override
  public void close() {
    closed = true;
    FeatureReader open = batches;
    IpcReader source = reader;
    batches = null;
    reader = null;
    if (iterator != null) {
      iterator.end();
    }
    if (filter != null) {
      filter.close();
    }
    if (open != null) {
      open.close();
    }
    if (source != null) {
      source.close();
    }
  }

  private final class Batches implements Iterator<FeatureBatch> {
    private @Nullable Iterator<FeatureBatch> file;
    private @Nullable FeatureBatch ready;
    private @Nullable FeatureBatch given;
    private boolean any;

    @Override
    public boolean hasNext() {
      if (closed) {
        throw new IllegalStateException("the reader is closed");
      }
      end();
      while (ready == null) {
        Iterator<FeatureBatch> from = file;
        if (from == null) {
          from = Objects.requireNonNull(batches).iterator();
          file = from;
        }
        if (from.hasNext()) {
          take(from.next());
        } else if (next < files.size()) {
          nextFile();
        } else {
          return false;
        }
      }
      return true;
    }

    private void nextFile() {
      FeatureReader read = batches;
      IpcReader source = reader;
      batches = null;
      reader = null;
      file = null;
      if (read != null) {
        read.close();
      }
      if (source != null) {
        source.close();
      }
      open();
    }

    /** The first batch without rows is given if no other follows. */
    private void take(FeatureBatch batch) {
      if (filter == null) {
        ready = batch;
        return;
      }
      FeatureBatch chosen = filter.choose(batch, options.columns());
      if (chosen.rows() > 0 || !any) {
        ready = chosen;
        any = true;
      } else {
        chosen.close();
      }
    }

    /** Closes the last batch. */
    void end() {
      FeatureBatch last = given;
      given = null;
      if (last != null) {
        last.close();
      }
      if (closed && ready != null) {
        ready.close();
      }
    }

    @Override
    public FeatureBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the reader has no further batch");
      }
      FeatureBatch batch = Objects.requireNonNull(ready);
      ready = null;
      given = batch;
      return batch;
    }
  }
}
