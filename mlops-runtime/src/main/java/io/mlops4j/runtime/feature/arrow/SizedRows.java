package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Cuts and joins the batches of Arrow files, so that each has the chosen number of rows except the
 * last one. Cut rows share the memory of the file's batch; joined rows are copied. Batches between
 * which a dictionary changed are not joined, because their codes have other meanings.
 */
final class SizedRows implements FeatureReader {
  private final ArrowRows rows;
  private final int size;
  private final BufferAllocator allocator;
  private @Nullable Batches iterator;

  SizedRows(ArrowRows rows, int size, BufferAllocator allocator) {
    this.rows = rows;
    this.size = size;
    this.allocator = allocator;
  }

  @Override
  public Iterator<FeatureBatch> iterator() {
    Batches batches = new Batches(rows.iterator());
    iterator = batches;
    return batches;
  }

  @Override
  public void close() {
    if (iterator != null) {
      iterator.end();
    }
    rows.close();
  }

  private final class Batches implements Iterator<FeatureBatch> {
    private final Iterator<FeatureBatch> file;

    /** What the next batch is made of. */
    private final List<FeatureBatch> parts = new ArrayList<>();

    private int partRows;

    /** A batch of the file whose rows from {@code taken} on are in no part yet. */
    private @Nullable FeatureBatch source;

    private int taken;
    private long dictionaries;
    private @Nullable FeatureBatch ready;
    private @Nullable FeatureBatch given;
    private boolean any;

    Batches(Iterator<FeatureBatch> file) {
      this.file = file;
    }

    @Override
    public boolean hasNext() {
      if (given != null) {
        given.close();
        given = null;
      }
      try {
        while (ready == null && (source != null || file.hasNext())) {
          take(source == null ? begin(file.next()) : source);
        }
        if (ready == null && !parts.isEmpty()) {
          ready = join();
        }
        return ready != null;
      } catch (RuntimeException e) {
        end();
        throw e;
      }
    }

    private FeatureBatch begin(FeatureBatch batch) {
      FeatureBatch begun = batch.retain();
      source = begun;
      taken = 0;
      return begun;
    }

    private void take(FeatureBatch from) {
      boolean changed = dictionaries != rows.dictionaries();
      dictionaries = rows.dictionaries();
      if (changed && !parts.isEmpty()) {
        ready = join();
        return;
      }
      int count = Math.min(from.rows() - taken, size - partRows);
      boolean isEmpty = from.rows() == 0 && (any || !parts.isEmpty()); // only columns, known before
      if (!isEmpty) {
        parts.add(count == from.rows() ? from.retain() : from.slice(taken, count));
      }
      taken += count;
      partRows += count;
      if (taken == from.rows()) {
        from.close();
        source = null;
      }
      if (partRows == size) {
        ready = join();
      }
    }

    private FeatureBatch join() {
      List<FeatureBatch> used = List.copyOf(parts);
      List<FeatureBatch> filled = used.stream().filter(part -> part.rows() > 0).toList();
      try {
        return filled.size() > 1 ? joined(filled) : used.get(used.size() - 1).retain();
      } finally {
        parts.clear();
        partRows = 0;
        any = true;
        used.forEach(FeatureBatch::close);
      }
    }

    private FeatureBatch joined(List<FeatureBatch> from) {
      FeatureBatch last = from.get(from.size() - 1); // has all that was added to its dictionaries
      List<FieldVector> columns = new ArrayList<>();
      try {
        for (int i = 0; i < last.root().getFieldVectors().size(); i++) {
          columns.add(joined(from, i));
        }
      } catch (RuntimeException e) {
        AutoCloseables.close(e, columns);
        throw e;
      }
      // A vector does not know the name of the elements of its lists, its schema does.
      try (VectorSchemaRoot root =
          new VectorSchemaRoot(last.root().getSchema(), columns, partRows)) {
        return FeatureBatch.owning(root, last.dictionaries());
      }
    }

    private FieldVector joined(List<FeatureBatch> from, int column) {
      CopiedRows copied = new CopiedRows(from.get(0).root().getVector(column), partRows, allocator);
      try {
        from.forEach(batch -> copied.addAll(batch.root().getVector(column)));
        return copied.finish();
      } catch (RuntimeException e) {
        copied.free();
        throw e;
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

    /** Frees all rows; a later call fails or finds no batch. */
    void end() {
      List<FeatureBatch> left = new ArrayList<>(parts);
      for (FeatureBatch one : new FeatureBatch[] {source, ready, given}) {
        if (one != null) {
          left.add(one);
        }
      }
      parts.clear();
      partRows = 0;
      source = null;
      ready = null;
      given = null;
      left.forEach(FeatureBatch::close);
    }
  }
}
