package io.mlops4j.runtime.feature.arrow;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;

/**
 * Columns with their values in place of dictionary codes, also of codes inside structs and lists.
 */
public final class PlainColumns {
  private PlainColumns() {}

  /**
   * Returns a handle on the rows with the values of dictionary-encoded columns.
   *
   * @param batch the rows, which stay open
   * @return the same columns without codes; the caller closes it
   */
  public static FeatureBatch of(FeatureBatch batch) {
    Schema schema = batch.root().getSchema();
    if (schema.getFields().stream().noneMatch(PlainColumns::isEncoded)) {
      return batch.retain();
    }
    List<Field> fields =
        schema.getFields().stream().map(field -> plain(field, batch.dictionaries())).toList();
    List<FieldVector> decoded = new ArrayList<>();
    try (FeatureBatch kept = batch.retain()) {
      for (FieldVector column : kept.root().getFieldVectors()) {
        decoded.add(of(column, kept));
      }
    } catch (RuntimeException e) { // such as an index that the dictionary lacks
      AutoCloseables.close(e, decoded);
      throw e;
    }
    Schema plain = new Schema(fields, schema.getCustomMetadata());
    try (VectorSchemaRoot root = new VectorSchemaRoot(plain, decoded, batch.rows())) {
      return FeatureBatch.owning(root);
    }
  }

  private static boolean isEncoded(Field field) {
    return field.getDictionary() != null
        || field.getChildren().stream().anyMatch(PlainColumns::isEncoded);
  }

  /**
   * Returns a column of its own with the values of a column of a batch.
   *
   * @param column a column of the batch
   * @param batch what has the dictionaries
   * @return the values; the caller closes them
   */
  public static FieldVector of(FieldVector column, FeatureBatch batch) {
    if (!isEncoded(column.getField())) {
      return share(column);
    }
    BufferAllocator allocator = column.getAllocator();
    FieldVector plain = plain(column.getField(), batch.dictionaries()).createVector(allocator);
    try {
      fill(column, plain, batch.dictionaries());
      return plain;
    } catch (RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /**
   * Returns the field of the values of a column, with the names of the codes.
   *
   * @param field a column, by the schema of the batch, which knows the names of list elements
   * @param dictionaries those of the batch
   * @return the same field if it has no codes
   */
  public static Field plain(Field field, DictionaryProvider dictionaries) {
    var encoding = field.getDictionary();
    Field values =
        encoding == null
            ? field
            : dictionary(encoding.getId(), dictionaries).getVector().getField();
    List<Field> children =
        values.getChildren().stream().map(child -> plain(child, dictionaries)).toList();
    return new Field(
        field.getName(),
        new FieldType(field.isNullable(), values.getType(), null, field.getMetadata()),
        children);
  }

  private static Dictionary dictionary(long id, DictionaryProvider dictionaries) {
    return Objects.requireNonNull(dictionaries.lookup(id), "a batch has its dictionaries");
  }

  private static void fill(FieldVector from, FieldVector to, DictionaryProvider dictionaries) {
    var encoding = from.getField().getDictionary();
    if (encoding != null) {
      Dictionary dictionary = dictionary(encoding.getId(), dictionaries);
      try (FieldVector values = (FieldVector) DictionaryEncoder.decode(from, dictionary)) {
        values.makeTransferPair(to).transfer();
      }
    } else if (isEncoded(from.getField())) {
      to.loadFieldBuffers(
          new ArrowFieldNode(from.getValueCount(), from.getNullCount()), from.getFieldBuffers());
      for (int i = 0; i < from.getChildrenFromFields().size(); i++) {
        fill(from.getChildrenFromFields().get(i), to.getChildrenFromFields().get(i), dictionaries);
      }
    } else {
      from.makeTransferPair(to).splitAndTransfer(0, from.getValueCount());
    }
  }

  /** Returns a second handle on the memory of a column. */
  static FieldVector share(FieldVector column) {
    TransferPair pair = column.getTransferPair(column.getAllocator());
    pair.splitAndTransfer(0, column.getValueCount());
    return (FieldVector) pair.getTo();
  }
}
