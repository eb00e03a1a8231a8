package io.mlops4j.runtime.binding.output;

import io.mlops4j.model.ModelSignature;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads output records from the answers of a model that may be swapped. The components are bound
 * again, by name, when another version answers. Thread safe.
 *
 * @param <O> the output record
 */
public final class FollowingReader<O extends Record> {
  private final MethodHandles.@Nullable Lookup lookup;
  private final Class<O> type;
  private volatile @Nullable Bound<O> bound;

  private record Bound<O extends Record>(List<OutputPlan> plans, RecordReader<O> reader) {}

  /**
   * Creates the reader. The components are checked when the first answer is read.
   *
   * @param lookup a lookup with access to the record; null for records of the class path
   * @param type the record class
   */
  public FollowingReader(MethodHandles.@Nullable Lookup lookup, Class<O> type) {
    this.lookup = lookup;
    this.type = type;
  }

  /**
   * Reads one row.
   *
   * @param answer the answers to a call
   * @param row the row, from 0
   * @return a new record
   * @throws io.mlops4j.error.ModelInputException if the version's outputs do not fit the record
   */
  @SuppressWarnings("ReferenceEquality") // each version has one list
  public O read(Answer answer, int row) {
    List<OutputPlan> plans = answer.outputsByRow().plans();
    Bound<O> now = bound;
    if (now == null || now.plans() != plans) {
      ModelSignature outputs =
          new ModelSignature(List.of(), plans.stream().map(OutputPlan::spec).toList());
      now = new Bound<>(plans, RecordReader.of(lookup, type, outputs));
      bound = now;
    }
    return now.reader().read(answer, row);
  }
}
