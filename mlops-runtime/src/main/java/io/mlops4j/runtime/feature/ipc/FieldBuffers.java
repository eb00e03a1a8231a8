package io.mlops4j.runtime.feature.ipc;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;

/** Numbers the buffers of a message's fields, in the order of the fields and their children. */
final class FieldBuffers {
  private final RecordBatch batch;
  private int buffer;
  private int variadic;

  private FieldBuffers(RecordBatch batch) {
    this.batch = batch;
  }

  /** Returns the numbers of the buffers of columns. */
  static Set<Integer> of(List<Field> fields, List<String> columns, RecordBatch batch) {
    FieldBuffers counter = new FieldBuffers(batch);
    Set<Integer> needed = new HashSet<>();
    for (Field field : fields) {
      int first = counter.buffer;
      counter.count(field);
      if (columns.contains(field.getName())) {
        for (int i = first; i < counter.buffer; i++) {
          needed.add(i);
        }
      }
    }
    return needed;
  }

  private void count(Field field) {
    ArrowType type = stored(field);
    buffer += TypeLayout.getTypeBufferCount(type);
    if (isView(type)) {
      buffer += more();
    }
    children(field).forEach(this::count);
  }

  /** A damaged count must not number all integers. */
  private int more() {
    long count =
        variadic < batch.variadicBufferCountsLength() ? batch.variadicBufferCounts(variadic++) : 0;
    return (int) Math.max(0, Math.min(count, batch.buffersLength()));
  }

  /** Returns the type of the values in a message: codes, or the storage of an extension type. */
  static ArrowType stored(Field field) {
    if (field.getDictionary() != null) {
      return field.getDictionary().getIndexType();
    }
    return field.getType() instanceof ExtensionType typed ? typed.storageType() : field.getType();
  }

  /** Returns the fields that follow in a message; those of a dictionary's values are not there. */
  static List<Field> children(Field field) {
    return field.getDictionary() == null ? field.getChildren() : List.of();
  }

  static boolean isView(ArrowType type) {
    return type instanceof ArrowType.Utf8View || type instanceof ArrowType.BinaryView;
  }
}
