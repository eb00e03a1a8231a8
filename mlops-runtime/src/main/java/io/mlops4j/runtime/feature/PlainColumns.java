package io.mlops4j.runtime.feature;

import io.mlops4j.feature.FeatureBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.util.TransferPair;

/** Columns with their values in place of dictionary codes. */
final class PlainColumns {
  private PlainColumns() {}

  /** Returns a handle on the rows with the values of dictionary-encoded columns. */
  static FeatureBatch of(FeatureBatch batch) {
    List<FieldVector> columns = batch.root().getFieldVectors();
    if (columns.stream().allMatch(column -> column.getField().getDictionary() == null)) {
      return batch.retain();
    }
    List<FieldVector> decoded = new ArrayList<>();
    try (FeatureBatch kept = batch.retain()) {
      for (FieldVector column : kept.root().getFieldVectors()) {
        decoded.add(of(column, kept));
      }
    } catch (RuntimeException e) { // such as an index that the dictionary lacks
      AutoCloseables.close(e, decoded);
      throw e;
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(decoded)) {
      root.setRowCount(batch.rows());
      return FeatureBatch.owning(root);
    }
  }

  /** Returns a column of its own with the values of a column of a batch. */
  static FieldVector of(FieldVector column, FeatureBatch batch) {
    var encoding = column.getField().getDictionary();
    if (encoding == null) {
      return share(column);
    }
    var dictionary = batch.dictionaries().lookup(encoding.getId());
    return (FieldVector) DictionaryEncoder.decode(column, dictionary);
  }

  /** Returns a second handle on the memory of a column. */
  static FieldVector share(FieldVector column) {
    TransferPair pair = column.getTransferPair(column.getAllocator());
    pair.splitAndTransfer(0, column.getValueCount());
    return (FieldVector) pair.getTo();
  }
}
