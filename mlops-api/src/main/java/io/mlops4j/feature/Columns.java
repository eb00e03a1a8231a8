package io.mlops4j.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;

/** Moves, shares and copies Arrow columns. A failed method frees what it has created. */
final class Columns {
  private Columns() {}

  /**
   * Moves every vector out of a root, which is empty then. If one vector cannot be moved, none is.
   */
  static VectorSchemaRoot move(VectorSchemaRoot from) {
    int rows = from.getRowCount();
    List<TransferPair> pairs =
        from.getFieldVectors().stream()
            .map(vector -> vector.getTransferPair(vector.getAllocator()))
            .toList();
    List<FieldVector> moved = new ArrayList<>(pairs.size());
    for (TransferPair pair : pairs) {
      pair.transfer();
      moved.add((FieldVector) pair.getTo());
    }
    from.setRowCount(0);
    return new VectorSchemaRoot(from.getSchema(), moved, rows);
  }

  /** Shares the memory of a range of rows. Each buffer is counted once more. */
  static VectorSchemaRoot share(VectorSchemaRoot from, int start, int rows) {
    return share(from, rows, vector -> share(vector, start, rows));
  }

  /** Shares all values, even if there are more or fewer values than rows. */
  static VectorSchemaRoot share(VectorSchemaRoot from) {
    return share(from, from.getRowCount(), Columns::shareAll);
  }

  private static VectorSchemaRoot share(
      VectorSchemaRoot from, int rows, UnaryOperator<FieldVector> share) {
    List<FieldVector> shared = new ArrayList<>(from.getFieldVectors().size());
    try {
      for (FieldVector vector : from.getFieldVectors()) {
        shared.add(share.apply(vector));
      }
    } catch (RuntimeException e) {
      shared.forEach(ValueVector::close);
      throw e;
    }
    return new VectorSchemaRoot(from.getSchema(), shared, rows);
  }

  private static FieldVector share(FieldVector vector, int start, int rows) {
    if (rows == 0) {
      return empty(vector); // Arrow's slice would have no first offset
    }
    TransferPair pair = vector.getTransferPair(vector.getAllocator());
    pair.splitAndTransfer(start, rows);
    return (FieldVector) pair.getTo();
  }

  private static FieldVector empty(FieldVector like) {
    FieldVector empty = like.getField().createVector(like.getAllocator());
    try {
      empty.setInitialCapacity(1);
      empty.allocateNew();
      empty.setValueCount(0);
      return empty;
    } catch (RuntimeException e) {
      empty.close();
      throw e;
    }
  }

  /** Copies every value, so later writes to the original do not change the copy. */
  static VectorSchemaRoot copy(VectorSchemaRoot from, BufferAllocator into) {
    VectorSchemaRoot to = VectorSchemaRoot.create(from.getSchema(), into);
    try (ArrowRecordBatch original = new VectorUnloader(from, true, false).getRecordBatch();
        ArrowRecordBatch copy = copy(original, into)) {
      new VectorLoader(to).load(copy);
      return to;
    } catch (RuntimeException e) {
      to.close();
      throw e;
    }
  }

  private static ArrowRecordBatch copy(ArrowRecordBatch original, BufferAllocator into) {
    List<ArrowBuf> buffers = new ArrayList<>(original.getBuffers().size());
    try {
      for (ArrowBuf buffer : original.getBuffers()) {
        ArrowBuf target = into.buffer(buffer.readableBytes());
        buffers.add(target);
        target.setBytes(0, buffer, buffer.readerIndex(), buffer.readableBytes());
        target.writerIndex(buffer.readableBytes());
      }
      // The batch retains each buffer, so ours is released below in either case.
      return new ArrowRecordBatch(
          original.getLength(),
          original.getNodes(),
          buffers,
          CompressionUtil.createBodyCompression(
              org.apache.arrow.vector.compression.NoCompressionCodec.INSTANCE),
          original.getVariadicBufferCounts(), // of texts that are views
          false,
          true);
    } finally {
      buffers.forEach(ArrowBuf::close);
    }
  }

  /** Returns the ids of the dictionaries that the fields and their children refer to. */
  static Set<Long> dictionaryIds(List<Field> fields) {
    Set<Long> ids = new TreeSet<>();
    addDictionaryIds(fields, ids);
    return ids;
  }

  /** Into one set, because a set for each field would be much of the garbage of a small batch. */
  private static void addDictionaryIds(List<Field> fields, Set<Long> ids) {
    for (Field field : fields) {
      if (field.getDictionary() != null) {
        ids.add(field.getDictionary().getId());
      }
      addDictionaryIds(field.getChildren(), ids);
    }
  }

  /** Shares the memory of the dictionaries that the schema needs. */
  static OwnedDictionaries share(VectorSchemaRoot root, DictionaryProvider from) {
    OwnedDictionaries shared = new OwnedDictionaries();
    try {
      for (long id : dictionaryIds(root.getSchema().getFields())) {
        Dictionary dictionary = lookup(from, id);
        FieldVector vector = dictionary.getVector();
        shared.add(share(vector, 0, vector.getValueCount()), dictionary.getEncoding());
      }
    } catch (RuntimeException e) {
      shared.close();
      throw e;
    }
    return shared;
  }

  /** Copies the dictionaries that the schema needs. */
  static OwnedDictionaries copy(
      VectorSchemaRoot root, DictionaryProvider from, BufferAllocator into) {
    OwnedDictionaries copies = new OwnedDictionaries();
    try {
      for (long id : dictionaryIds(root.getSchema().getFields())) {
        Dictionary dictionary = lookup(from, id);
        try (VectorSchemaRoot single = VectorSchemaRoot.of(shareAll(dictionary.getVector()))) {
          VectorSchemaRoot copy = copy(single, into);
          copies.add(copy.getVector(0), dictionary.getEncoding());
        }
      }
    } catch (RuntimeException e) {
      copies.close();
      throw e;
    }
    return copies;
  }

  private static FieldVector shareAll(FieldVector vector) {
    return share(vector, 0, vector.getValueCount());
  }

  private static Dictionary lookup(DictionaryProvider from, long id) {
    Dictionary dictionary = from.lookup(id);
    if (dictionary == null) {
      throw new IllegalArgumentException(
          "dictionaries: found none with id "
              + id
              + ", expected one for each dictionary-encoded column; pass the reader's or encoder's"
              + " DictionaryProvider");
    }
    return dictionary;
  }
}
