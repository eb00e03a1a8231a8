package io.mlops4j.monitor.log.row;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import io.mlops4j.monitor.log.row.RowPlan.Source;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one call as they are written: dictionaries are decoded and rare texts are null. It
 * owns the columns that it had to make.
 */
public final class PreparedRows implements AutoCloseable {
  private final RowPlan plan;
  private final LoggedCall call;
  private final List<ValueVector> made = new ArrayList<>();
  private final List<FieldVector> columns = new ArrayList<>();
  private final Map<String, FieldVector> keys = new LinkedHashMap<>();
  private final BitSet withheld = new BitSet();
  private @Nullable RowDigest digest;

  /** Frees what it made if it fails. */
  public static PreparedRows of(
      RowPlan plan, LoggedCall call, TextThreshold threshold, BufferAllocator allocator) {
    PreparedRows rows = new PreparedRows(plan, call);
    try {
      rows.prepare(threshold, allocator);
      return rows;
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
  }

  private PreparedRows(RowPlan plan, LoggedCall call) {
    this.plan = plan;
    this.call = call;
  }

  private void prepare(TextThreshold threshold, BufferAllocator allocator) {
    if (!plan.digested().isEmpty()) {
      SortedMap<String, FieldVector> digested = new TreeMap<>();
      plan.digested().forEach(source -> digested.put(source.name(), decoded(source)));
      digest = new RowDigest(digested);
    }
    if (plan.withholdsColumns()) {
      withheld.set(0, call.rows());
    }
    for (Source source : plan.sources()) {
      FieldVector values = decoded(source);
      columns.add(values);
      if (source.role() == Role.KEY) {
        keys.put(source.name(), values);
      }
    }
    for (int i = 0; i < columns.size(); i++) {
      if (plan.sources().get(i).counted()) {
        columns.set(i, common(plan.sources().get(i), columns.get(i), threshold, allocator));
      }
    }
  }

  private FieldVector decoded(Source source) {
    FieldVector vector = source.vector(call.features(), call.outputs());
    FeatureBatch batch = source.role() == Role.OUTPUT ? call.outputs() : call.features();
    DictionaryEncoding encoding = vector.getField().getDictionary();
    if (encoding == null) {
      return vector;
    }
    Dictionary dictionary = batch.dictionaries().lookup(encoding.getId());
    FieldVector values = (FieldVector) DictionaryEncoder.decode(vector, dictionary);
    made.add(values);
    return values;
  }

  /** A copy of a text column without the rare texts, whose bytes must not reach the file. */
  private FieldVector common(
      Source source, FieldVector texts, TextThreshold threshold, BufferAllocator allocator) {
    FieldVector copy = texts.getField().createVector(allocator);
    made.add(copy);
    copy.setInitialCapacity(call.rows());
    copy.allocateNew();
    for (int row = 0; row < call.rows(); row++) {
      if (texts.isNull(row)) {
        copy.setNull(row);
      } else if (threshold.releases(source.role() + source.name(), bytes(texts, row), key(row))) {
        copy.copyFromSafe(row, row, texts);
      } else {
        copy.setNull(row);
        withheld.set(row);
      }
    }
    copy.setValueCount(call.rows());
    return copy;
  }

  private static byte[] bytes(FieldVector texts, int row) {
    if (texts instanceof BaseVariableWidthVector vector) {
      int start = vector.getStartOffset(row);
      byte[] bytes = new byte[vector.getEndOffset(row) - start];
      vector.getDataBuffer().getBytes(start, bytes);
      return bytes;
    }
    return Vectors.bytes(texts, row);
  }

  /** A hash of all keys of a row; without keys every row has one of its own. */
  private long key(int row) {
    long hash = 0;
    for (Map.Entry<String, FieldVector> key : keys.entrySet()) {
      String value = String.valueOf(Vectors.key(key.getValue(), row));
      hash = 31 * hash + Hashes.ofKey(key.getKey(), value);
    }
    return keys.isEmpty() ? Hashes.ofId(call.ids().text(row)) : hash;
  }

  List<FieldVector> columns() {
    return columns;
  }

  /** The next row with a withheld value, from a row on; -1 if there is none. */
  int nextWithheld(int from) {
    return withheld.nextSetBit(from);
  }

  byte @Nullable [] digest(int row) {
    return digest == null ? null : digest.of(row);
  }

  boolean hasKeys() {
    return !keys.isEmpty();
  }

  /** Adds the keys by which a row can be found. */
  void addKeys(int row, SearchHashes hashes) {
    keys.forEach((name, values) -> hashes.addKey(name, Vectors.key(values, row)));
  }

  /** Roughly how many bytes a row takes. */
  public long bytesPerRow() {
    long bytes = 0;
    for (FieldVector column : columns) {
      bytes += column.getBufferSize();
    }
    return 100 + bytes / Math.max(1, call.rows());
  }

  @Override
  public void close() {
    made.forEach(ValueVector::close);
  }
}
