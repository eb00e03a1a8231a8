package io.mlops4j.monitor.profile.internal;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a batch with the fields of structs as columns of their own, named by their path,
 * such as {@code address.city}. A field of a struct that is null is null, too. The memory of the
 * values is that of the batch.
 */
public final class PathColumns implements AutoCloseable {
  private final FeatureBatch batch;
  private final Map<String, List<String>> structs;

  private PathColumns(FeatureBatch batch, Map<String, List<String>> structs) {
    this.batch = batch;
    this.structs = structs;
  }

  /** Returns the columns of a batch, which must stay open; null if it has no structs. */
  public static @Nullable PathColumns of(FeatureBatch batch) {
    VectorSchemaRoot root = batch.root();
    for (int i = 0; i < root.getSchema().getFields().size(); i++) {
      if (isStruct(root.getVector(i))) {
        return flat(batch, root.getFieldVectors());
      }
    }
    return null; // the usual case leaves nothing to the garbage collector
  }

  /** Returns the columns, or the batch if it has no structs. */
  public static FeatureBatch batch(@Nullable PathColumns columns, FeatureBatch batch) {
    return columns == null ? batch : columns.batch;
  }

  /** A struct without fields stays a column, so that it is listed as skipped. */
  private static boolean isStruct(FieldVector column) {
    return column instanceof StructVector && !column.getChildrenFromFields().isEmpty();
  }

  private static PathColumns flat(FeatureBatch batch, List<FieldVector> columns) {
    Flattening flattening = new Flattening(batch.rows());
    try {
      for (FieldVector column : columns) {
        flattening.add(column, column.getName(), null);
      }
      try (VectorSchemaRoot root =
          new VectorSchemaRoot(
              flattening.flat.stream().map(FieldVector::getField).toList(),
              flattening.flat,
              batch.rows())) {
        FeatureBatch flat = FeatureBatch.owning(root, batch.dictionaries());
        return new PathColumns(flat, flattening.structs);
      }
    } catch (RuntimeException e) {
      AutoCloseables.close(e, flattening.flat);
      throw e;
    } finally {
      flattening.masks.forEach(ArrowBuf::close);
    }
  }

  /**
   * Returns, by the path of each struct, the paths of the columns that it has become; empty if
   * there are no structs.
   */
  public static Map<String, List<String>> structs(@Nullable PathColumns columns) {
    return columns == null ? Map.of() : columns.structs;
  }

  @Override
  public void close() {
    batch.close();
  }

  private static final class Flattening {
    final List<FieldVector> flat = new ArrayList<>();
    final List<ArrowBuf> masks = new ArrayList<>();
    final Map<String, List<String>> structs = new LinkedHashMap<>();
    private final int rows;

    Flattening(int rows) {
      this.rows = rows;
    }

    /**
     * Adds a column or its fields.
     *
     * @param mask the rows in which all structs around the column are not null; null for all rows
     */
    void add(FieldVector column, String path, @Nullable ArrowBuf mask) {
      if (column.getValueCount() != rows) {
        throw BufferCheck.damaged(column, rows + " rows");
      }
      ArrowBuf own = column.getValidityBuffer();
      ArrowBuf both = mask == null ? null : and(mask, own, column.getAllocator());
      if (!isStruct(column)) {
        flat.add(leaf(column, path, both));
        return;
      }
      ArrowBuf inside = both == null && column.getNullCount() > 0 ? own : both;
      int first = flat.size();
      for (FieldVector child : column.getChildrenFromFields()) {
        add(child, path + "." + child.getName(), inside);
      }
      structs.put(
          path, flat.subList(first, flat.size()).stream().map(FieldVector::getName).toList());
    }

    private ArrowBuf and(ArrowBuf one, ArrowBuf other, BufferAllocator allocator) {
      long bytes = (rows + 7L) / 8;
      ArrowBuf both = allocator.buffer(bytes);
      masks.add(both);
      for (long i = 0; i < bytes; i++) {
        both.setByte(i, one.getByte(i) & other.getByte(i));
      }
      both.writerIndex(bytes);
      return both;
    }

    private FieldVector leaf(FieldVector column, String path, @Nullable ArrowBuf mask) {
      Field field = column.getField();
      FieldVector leaf =
          new Field(path, field.getFieldType(), field.getChildren())
              .createVector(column.getAllocator());
      try {
        load(column, leaf, mask);
        return leaf;
      } catch (RuntimeException e) {
        leaf.close();
        throw e;
      }
    }

    /** Gives a vector the memory of another one. */
    private static void load(FieldVector from, FieldVector to, @Nullable ArrowBuf mask) {
      int count = from.getValueCount();
      List<ArrowBuf> buffers = new ArrayList<>(from.getFieldBuffers());
      int nulls = from.getNullCount();
      if (mask != null && !buffers.isEmpty()) {
        buffers.set(0, mask);
        nulls = BitVectorHelper.getNullCount(mask, count);
      }
      to.loadFieldBuffers(new ArrowFieldNode(count, nulls), buffers);
      for (int i = 0; i < from.getChildrenFromFields().size(); i++) {
        load(from.getChildrenFromFields().get(i), to.getChildrenFromFields().get(i), null);
      }
    }
  }
}
