package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;

/** Scores some rows, and encodes their kept columns and outputs. Thread safe. */
final class ChunkScorer {
  private final Model model;
  private final ServedBy pinned;
  private final ScoringSettings settings;
  private final BufferAllocator allocator;
  private final String input;

  /**
   * @param pinned the version that must answer
   * @param input the name of the input, for messages
   */
  ChunkScorer(
      Model model,
      ServedBy pinned,
      ScoringSettings settings,
      BufferAllocator allocator,
      String input) {
    this.model = model;
    this.pinned = pinned;
    this.settings = settings;
    this.allocator = allocator;
    this.input = input;
  }

  /**
   * Checks the columns with no rows.
   *
   * @return the columns of the output, without rows
   * @throws ModelInputException if the model lacks a column, or it has a wrong type
   */
  EncodedChunk check(FeatureBatch first) {
    for (String column : settings.kept()) {
      if (first.root().getVector(column) == null) {
        throw new DataException(
            input
                + ": found no column \""
                + column
                + "\" to keep, expected one of "
                + first.root().getFieldVectors().stream().map(FieldVector::getName).toList(),
            null);
      }
    }
    try (FeatureBatch none = first.slice(0, 0);
        Prediction prediction = predict(none);
        FeatureBatch outputs = prediction.outputs()) {
      for (FieldVector output : chosen(outputs)) {
        if (settings.kept().contains(output.getName())) {
          throw new IllegalArgumentException(
              "keep: found \""
                  + output.getName()
                  + "\", which is also an output; rename the column, or choose other outputs");
        }
      }
      return encode(none, chosen(outputs), 0, "");
    }
  }

  /**
   * Scores rows.
   *
   * @param firstRow the number of the first row in the input, from 0
   */
  EncodedChunk score(FeatureBatch rows, long firstRow) {
    try (Prediction prediction = predict(rows);
        FeatureBatch outputs = prediction.outputs()) {
      return encode(rows, chosen(outputs), 0, "");
    } catch (ModelInputException e) {
      return scoreGoodRows(rows, firstRow, e);
    }
  }

  private EncodedChunk scoreGoodRows(FeatureBatch rows, long firstRow, ModelInputException first) {
    try (GoodRows good = new GoodRows(this::predict, this::chosen, settings.badRows(), allocator)) {
      good.score(rows);
      String reason =
          good.firstBad() < 0
              ? "" // each part alone is right, such as lists of different lengths
              : "row %d (counted from 0): %s"
                  .formatted(firstRow + good.firstBad(), good.firstReason());
      if (good.count() > settings.badRows()) {
        throw new DataException(
            "%s: found a row that the model rejects, %s; correct it, or allow bad rows, whose outputs are then null"
                .formatted(input, reason),
            first);
      }
      return encode(rows, good.outputs(), good.count(), reason);
    }
  }

  private Prediction predict(FeatureBatch rows) {
    Prediction prediction = model.predict(rows);
    if (!prediction.servedBy().digest().equals(pinned.digest())) {
      prediction.close();
      throw new IllegalStateException(
          "model: found %s, expected %s, which answered the rows before; score with one version"
              .formatted(prediction.servedBy(), pinned));
    }
    return prediction;
  }

  private List<FieldVector> chosen(FeatureBatch outputs) {
    if (settings.outputs().isEmpty()) {
      return outputs.root().getFieldVectors();
    }
    List<FieldVector> chosen = new ArrayList<>();
    for (String name : settings.outputs()) {
      FieldVector vector = outputs.root().getVector(name);
      if (vector == null) {
        throw new IllegalArgumentException(
            "outputs: found no value of \"" + name + "\" for each row, expected one; leave it out");
      }
      chosen.add(vector);
    }
    return chosen;
  }

  private EncodedChunk encode(
      FeatureBatch rows, List<FieldVector> outputs, int badRows, String firstBad) {
    try (KeptColumns kept = KeptColumns.of(rows, settings.kept())) {
      List<FieldVector> all = new ArrayList<>(kept.vectors());
      all.addAll(outputs);
      List<Field> fields = new ArrayList<>(kept.fields());
      outputs.forEach(output -> fields.add(output.getField()));
      return EncodedChunk.of(new VectorSchemaRoot(fields, all, rows.rows()), badRows, firstBad);
    }
  }
}
