package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.log.Replay.Finding;
import io.mlops4j.monitor.log.row.LogSchema;
import io.mlops4j.monitor.log.row.LogSchema.Column;
import io.mlops4j.monitor.log.row.LogSchema.Role;
import io.mlops4j.monitor.log.row.Vectors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.Range;
import org.apache.arrow.vector.compare.RangeEqualsVisitor;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;

/**
 * Calls models again with logged rows, call by call: a model may round differently when it gets
 * other rows beside a row.
 */
final class Replayer {
  private static final int MOST_FINDINGS = 1_000;

  private final Function<? super ServedBy, ? extends @Nullable Model> models;
  private final BufferAllocator allocator;
  private final Map<ServedBy, Asked> asked = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private long equal;
  private long different;
  private long notReplayable;

  /**
   * @param model null if there is none
   * @param problem why there is none
   */
  private record Asked(@Nullable Model model, String problem) {}

  Replayer(
      Function<? super ServedBy, ? extends @Nullable Model> models, BufferAllocator allocator) {
    this.models = models;
    this.allocator = allocator;
  }

  Replay result(long damaged) {
    return new Replay(equal, different, notReplayable, damaged, findings);
  }

  void add(LogSchema schema, VectorSchemaRoot root) {
    Asked version = asked.computeIfAbsent(schema.header().servedBy(), this::ask);
    for (int from = 0; from < root.getRowCount(); ) {
      int to = end(root, from);
      add(version, schema, root, from, to);
      from = to;
    }
  }

  private Asked ask(ServedBy version) {
    try {
      Model model = models.apply(version);
      if (model == null) {
        return new Asked(null, "no model was given for " + version);
      }
      if (!model.servedBy().digest().equals(version.digest())) {
        return new Asked(
            null,
            "the model given for %s has the digest %s"
                .formatted(version, model.servedBy().digest().abbreviated()));
      }
      return new Asked(model, "");
    } catch (RuntimeException e) {
      return new Asked(null, "the model of " + version + " cannot be loaded: " + e.getMessage());
    }
  }

  /** The end of the rows of one call that were withheld, or not, alike. */
  private static int end(VectorSchemaRoot root, int from) {
    VarCharVector ids = Vectors.text(root, LogSchema.ID);
    String call = call(Vectors.text(ids, from));
    boolean withheld = LoggedRows.isWithheld(root, from);
    int to = from + 1;
    while (to < root.getRowCount()
        && call.equals(call(Vectors.text(ids, to)))
        && LoggedRows.isWithheld(root, to) == withheld) {
      to++;
    }
    return to;
  }

  private static String call(String id) {
    return id.substring(0, id.lastIndexOf('-'));
  }

  private void add(Asked version, LogSchema schema, VectorSchemaRoot root, int from, int to) {
    Model model = version.model();
    if (model == null) {
      skip(root, from, to, version.problem());
    } else if (!schema.header().digested().isEmpty()) {
      skip(root, from, to, "only the digest of its features was logged");
    } else if (LoggedRows.isWithheld(root, from)) {
      skip(root, from, to, "a value was withheld because too few rows had it");
    } else if (schema.columns(Role.OUTPUT).isEmpty()) {
      skip(root, from, to, "none of its outputs was logged");
    } else {
      compare(model, schema, root, from, to);
    }
  }

  private void compare(Model model, LogSchema schema, VectorSchemaRoot root, int from, int to) {
    try (VectorSchemaRoot inputs = inputs(schema, root, from, to - from);
        FeatureBatch batch = FeatureBatch.of(inputs);
        Prediction prediction = model.predict(batch);
        FeatureBatch outputs = prediction.outputs()) {
      for (int row = from; row < to; row++) {
        String difference = difference(schema, root, row, outputs, row - from);
        if (difference == null) {
          equal++;
        } else {
          different++;
          find(root, row, true, difference);
        }
      }
    } catch (RuntimeException e) {
      skip(root, from, to, "the model refuses it: " + e.getMessage());
    }
  }

  /** Keys and features under the names that they had in the call. */
  private VectorSchemaRoot inputs(LogSchema schema, VectorSchemaRoot root, int from, int rows) {
    List<FieldVector> vectors = new ArrayList<>();
    try {
      for (Column column : schema.columns()) {
        if (column.role() != Role.OUTPUT) {
          FieldVector logged = Objects.requireNonNull(root.getVector(column.field().getName()));
          TransferPair pair = logged.getTransferPair(column.name(), allocator);
          pair.splitAndTransfer(from, rows);
          vectors.add((FieldVector) pair.getTo());
        }
      }
    } catch (RuntimeException | Error e) {
      vectors.forEach(ValueVector::close);
      throw e;
    }
    List<Field> fields = vectors.stream().map(FieldVector::getField).toList();
    return new VectorSchemaRoot(fields, vectors, rows);
  }

  /** The first output that differs, in words; null if all bits are the same. */
  private static @Nullable String difference(
      LogSchema schema, VectorSchemaRoot root, int row, FeatureBatch outputs, int outputRow) {
    for (Column column : schema.columns(Role.OUTPUT)) {
      FieldVector logged = Objects.requireNonNull(root.getVector(column.field().getName()));
      FieldVector now = outputs.root().getVector(column.name());
      if (now == null || !now.getField().getType().equals(column.field().getType())) {
        return "%s: found %s, expected %s"
            .formatted(
                column.name(),
                now == null ? "no such output" : now.getField().getType(),
                column.field().getType());
      }
      if (!new RangeEqualsVisitor(logged, now, (left, right) -> true)
          .rangeEquals(new Range(row, outputRow, 1))) {
        return "%s: found %s, logged %s"
            .formatted(column.name(), now.getObject(outputRow), logged.getObject(row));
      }
    }
    return null;
  }

  private void skip(VectorSchemaRoot root, int from, int to, String reason) {
    for (int row = from; row < to; row++) {
      notReplayable++;
      find(root, row, false, reason);
    }
  }

  private void find(VectorSchemaRoot root, int row, boolean differs, String reason) {
    if (findings.size() < MOST_FINDINGS) {
      String id = Vectors.text(Vectors.text(root, LogSchema.ID), row);
      findings.add(new Finding(PredictionId.parse(id), differs, reason));
    }
  }
}
