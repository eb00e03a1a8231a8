package io.mlops4j.monitor.log;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.log.LogSchema.Column;
import io.mlops4j.monitor.log.LogSchema.Role;
import io.mlops4j.monitor.log.SegmentIndex.Entry;
import io.mlops4j.monitor.log.SegmentIndex.Seal;
import java.util.BitSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Which rows to read.
 *
 * @param from the earliest time, in microseconds since 1970
 * @param until the first time that is too late
 * @param ids null for all
 * @param key null for all
 */
record Selection(
    long from,
    long until,
    Predicate<? super ServedBy> versions,
    @Nullable Set<String> ids,
    @Nullable KeyValue key) {
  static final Selection ALL =
      new Selection(Long.MIN_VALUE, Long.MAX_VALUE, version -> true, null, null);

  /** A value of a key column. */
  record KeyValue(String column, String value) {
    /** The column of a file; null if the file has no such key. */
    @Nullable Column in(LogSchema schema) {
      return schema.columns(Role.KEY).stream()
          .filter(one -> one.name().equals(column))
          .findFirst()
          .orElse(null);
    }
  }

  Selection from(long micros) {
    return new Selection(Math.max(from, micros), until, versions, ids, key);
  }

  Selection until(long micros) {
    return new Selection(from, Math.min(until, micros), versions, ids, key);
  }

  Selection versions(Predicate<? super ServedBy> further) {
    Predicate<? super ServedBy> known = versions;
    return new Selection(
        from, until, version -> known.test(version) && further.test(version), ids, key);
  }

  Selection ids(Set<String> chosen) {
    return new Selection(from, until, versions, chosen, key);
  }

  Selection key(KeyValue chosen) {
    return new Selection(from, until, versions, ids, chosen);
  }

  boolean mayHold(Seal seal) {
    return seal.maxAt() >= from
        && seal.minAt() < until
        && (ids == null || ids.stream().anyMatch(id -> seal.ids().mayHold(PredictionId.parse(id))));
  }

  boolean mayHold(LogSchema schema) {
    return versions.test(schema.header().servedBy()) && (key == null || key.in(schema) != null);
  }

  boolean mayHold(Entry entry) {
    return entry.maxAt() >= from
        && entry.minAt() < until
        && (key == null || entry.bloom().mayHold(Hashes.ofKey(key.column(), key.value())))
        && (ids == null || ids.stream().anyMatch(id -> entry.bloom().mayHold(Hashes.ofId(id))));
  }

  /** The rows of a block that are chosen. */
  BitSet rows(LogSchema schema, VectorSchemaRoot root) {
    BitSet rows = new BitSet();
    rows.set(0, root.getRowCount());
    TimeStampMicroTZVector at =
        (TimeStampMicroTZVector) Objects.requireNonNull(root.getVector(LogSchema.AT));
    VarCharVector id = Vectors.text(root, LogSchema.ID);
    Column column = key == null ? null : Objects.requireNonNull(key.in(schema));
    FieldVector values = column == null ? null : root.getVector(column.field().getName());
    for (int row = 0; row < root.getRowCount(); row++) {
      boolean chosen =
          at.get(row) >= from
              && at.get(row) < until
              && (ids == null || ids.contains(Vectors.text(id, row)))
              && (key == null
                  || key.value().equals(Vectors.key(Objects.requireNonNull(values), row)));
      rows.set(row, chosen);
    }
    return rows;
  }
}
