package io.mlops4j.monitor.log.file;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.log.file.SegmentIndex.Entry;
import io.mlops4j.monitor.log.file.SegmentIndex.Seal;
import io.mlops4j.monitor.log.row.Hashes;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import io.mlops4j.monitor.log.row.Vectors;
import java.util.BitSet;
import java.util.Objects;
import java.util.OptionalLong;
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
 * @param trace null for all
 */
public record Selection(
    long from,
    long until,
    Predicate<? super ServedBy> versions,
    @Nullable Set<String> ids,
    @Nullable KeyValue key,
    @Nullable String trace) {
  public static final Selection ALL =
      new Selection(Long.MIN_VALUE, Long.MAX_VALUE, version -> true, null, null, null);

  /** A value of a key column. */
  public record KeyValue(String column, String value) {
    /** The column of a file; null if the file has no such key. */
    @Nullable Column in(LogSchema schema) {
      return in(schema, Role.KEY);
    }

    /** The column, also of a file to which it was written as a feature. */
    @Nullable Column anywhere(LogSchema schema) {
      Column key = in(schema);
      return key == null ? in(schema, Role.FEATURE) : key;
    }

    private @Nullable Column in(LogSchema schema, Role role) {
      return schema.columns(role).stream()
          .filter(one -> one.name().equals(column))
          .findFirst()
          .orElse(null);
    }
  }

  public Selection from(long micros) {
    return new Selection(Math.max(from, micros), until, versions, ids, key, trace);
  }

  public Selection until(long micros) {
    return new Selection(from, Math.min(until, micros), versions, ids, key, trace);
  }

  public Selection versions(Predicate<? super ServedBy> further) {
    Predicate<? super ServedBy> known = versions;
    return new Selection(
        from, until, version -> known.test(version) && further.test(version), ids, key, trace);
  }

  public Selection ids(Set<String> chosen) {
    return new Selection(from, until, versions, chosen, key, trace);
  }

  public Selection key(KeyValue chosen) {
    return new Selection(from, until, versions, ids, chosen, trace);
  }

  public Selection trace(String chosen) {
    return new Selection(from, until, versions, ids, key, chosen);
  }

  /** The hash that the filters of files are checked for; empty without a key and a trace. */
  OptionalLong keyHash() {
    if (key != null) {
      return OptionalLong.of(Hashes.ofKey(key.column(), key.value()));
    }
    return trace == null ? OptionalLong.empty() : OptionalLong.of(Hashes.ofTrace(trace));
  }

  public boolean mayHold(Seal seal) {
    return seal.maxAt() >= from
        && seal.minAt() < until
        && (ids == null || ids.stream().anyMatch(id -> seal.ids().mayHold(PredictionId.parse(id))));
  }

  public boolean mayHold(LogSchema schema) {
    return versions.test(schema.header().servedBy()) && (key == null || key.in(schema) != null);
  }

  public boolean mayHold(Entry entry) {
    return entry.maxAt() >= from
        && entry.minAt() < until
        && (keyHash().isEmpty() || entry.bloom().mayHold(keyHash().getAsLong()))
        && (ids == null || ids.stream().anyMatch(id -> entry.bloom().mayHold(Hashes.ofId(id))));
  }

  /** The rows of a block that are chosen. */
  public BitSet rows(LogSchema schema, VectorSchemaRoot root) {
    BitSet rows = new BitSet();
    rows.set(0, root.getRowCount());
    TimeStampMicroTZVector at =
        (TimeStampMicroTZVector) Objects.requireNonNull(root.getVector(LogSchema.AT));
    VarCharVector id = Vectors.text(root, LogSchema.ID);
    VarCharVector traces = Vectors.text(root, LogSchema.TRACE);
    Column column = key == null ? null : Objects.requireNonNull(key.anywhere(schema));
    FieldVector values = column == null ? null : root.getVector(column.field().getName());
    for (int row = 0; row < root.getRowCount(); row++) {
      boolean chosen =
          at.get(row) >= from
              && at.get(row) < until
              && (ids == null || ids.contains(Vectors.text(id, row)))
              && (key == null
                  || key.value().equals(Vectors.key(Objects.requireNonNull(values), row)))
              && (trace == null || trace.equals(Vectors.key(traces, row)));
      rows.set(row, chosen);
    }
    return rows;
  }
}
