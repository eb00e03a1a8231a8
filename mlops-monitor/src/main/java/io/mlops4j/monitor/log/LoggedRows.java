package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.log.LoggedPrediction.FeatureDigest;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import io.mlops4j.monitor.log.row.RowBlock;
import io.mlops4j.monitor.log.row.RowDigest;
import io.mlops4j.monitor.log.row.Vectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/** Turns rows of a file into plain values. */
final class LoggedRows {
  private LoggedRows() {}

  static LoggedPrediction of(LogSchema schema, VectorSchemaRoot root, int row) {
    VarCharVector traces = Vectors.text(root, LogSchema.TRACE);
    TimeStampMicroTZVector at =
        (TimeStampMicroTZVector) Objects.requireNonNull(root.getVector(LogSchema.AT));
    return new LoggedPrediction(
        PredictionId.parse(Vectors.text(Vectors.text(root, LogSchema.ID), row)),
        RowBlock.instant(at.get(row)),
        schema.header().servedBy(),
        schema.header().route(),
        values(schema, Role.KEY, root, row),
        values(schema, Role.FEATURE, root, row),
        values(schema, Role.OUTPUT, root, row),
        phases(root, row),
        traces.isNull(row) ? Optional.empty() : Optional.of(Vectors.text(traces, row)),
        digest(schema, root, row),
        isWithheld(root, row));
  }

  static boolean isWithheld(VectorSchemaRoot root, int row) {
    return ((BitVector) Objects.requireNonNull(root.getVector(LogSchema.WITHHELD))).get(row) != 0;
  }

  private static Map<Phase, Duration> phases(VectorSchemaRoot root, int row) {
    Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      BigIntVector nanos =
          (BigIntVector) Objects.requireNonNull(root.getVector(LogSchema.column(phase)));
      phases.put(phase, Duration.ofNanos(nanos.get(row)));
    }
    return Collections.unmodifiableMap(phases);
  }

  private static Optional<FeatureDigest> digest(LogSchema schema, VectorSchemaRoot root, int row) {
    return root.getVector(LogSchema.DIGEST) instanceof FixedSizeBinaryVector digests
        ? Optional.of(new FeatureDigest(schema.header().digested(), sha256(digests.get(row))))
        : Optional.empty();
  }

  private static Digest sha256(byte[] bytes) {
    return new Digest("sha256", HexFormat.of().formatHex(bytes));
  }

  private static Map<String, @Nullable Object> values(
      LogSchema schema, Role role, VectorSchemaRoot root, int row) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Column column : schema.columns(role)) {
      FieldVector vector = Objects.requireNonNull(root.getVector(column.field().getName()));
      values.put(column.name(), value(vector, row));
    }
    return Collections.unmodifiableMap(values);
  }

  private static @Nullable Object value(ValueVector vector, int row) {
    if (vector instanceof ExtensionTypeVector<?> typed) {
      return value(typed.getUnderlyingVector(), row);
    }
    return plain(vector.getObject(row));
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Text text) {
      return text.toString();
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>(list.size());
      list.forEach(element -> plain.add(plain(element)));
      return Collections.unmodifiableList(plain);
    }
    if (value instanceof Map<?, ?> map) {
      Map<@Nullable Object, @Nullable Object> plain = new LinkedHashMap<>();
      map.forEach((name, element) -> plain.put(plain(name), plain(element)));
      return Collections.unmodifiableMap(plain);
    }
    return value;
  }

  /** The digest of a row of any batch; empty if a column is missing. */
  static Optional<Digest> digest(FeatureBatch batch, int row, List<String> columns) {
    Objects.checkIndex(row, batch.rows());
    SortedMap<String, FieldVector> found = new TreeMap<>();
    List<ValueVector> made = new ArrayList<>();
    try {
      for (String column : columns) {
        FieldVector vector = batch.root().getVector(column);
        if (vector == null) {
          return Optional.empty();
        }
        DictionaryEncoding encoding = vector.getField().getDictionary();
        if (encoding != null) {
          vector =
              (FieldVector)
                  DictionaryEncoder.decode(vector, batch.dictionaries().lookup(encoding.getId()));
          made.add(vector);
        }
        found.put(column, vector);
      }
      return Optional.of(sha256(new RowDigest(found).of(row)));
    } finally {
      made.forEach(ValueVector::close);
    }
  }
}
