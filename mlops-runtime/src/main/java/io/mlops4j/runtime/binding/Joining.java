package io.mlops4j.runtime.binding;

import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides from a model's signature whether one run can answer several batches. Every input must
 * accept more rows, and every output must be able to have one row for each input row. Dimensions
 * that the model does not declare are checked after a run. A dimension with a name of its own does
 * not count rows, because an answer to some rows may have that length by coincidence.
 */
record Joining(Set<String> rows) {
  static boolean isPossible(ModelSignature signature, List<InputPlan> plans) {
    if (plans.isEmpty() || !plans.stream().allMatch(InputPlan::countsRows)) {
      return false;
    }
    Set<String> rows =
        plans.stream()
            .flatMap(plan -> plan.spec().shape().stream().limit(1))
            .flatMap(dim -> dim.symbol().stream())
            .collect(Collectors.toSet());
    return new Joining(rows).isPossible(signature.outputs(), plans);
  }

  private boolean isPossible(List<ValueSpec> outputs, List<InputPlan> plans) {
    return plans.stream().noneMatch(plan -> isSquare(plan.spec()))
        && outputs.stream().allMatch(this::isByRow);
  }

  private boolean isByRow(ValueSpec output) {
    if (output instanceof TensorSpec tensor) {
      Stream<Dim> first = tensor.shape().stream().limit(1);
      return tensor.anyRank()
          || (!tensor.shape().isEmpty() && first.allMatch(this::countsRows) && !isSquare(tensor));
    }
    return output instanceof SequenceSpec sequence && sequence.element() instanceof MapSpec;
  }

  private boolean countsRows(Dim dim) {
    return dim.size().isEmpty()
        && (rows.isEmpty()
            || dim.symbol().isEmpty()
            || dim.symbol().filter(rows::contains).isPresent());
  }

  /** Returns whether the number of rows is also the size of another dimension. */
  private boolean isSquare(TensorSpec tensor) {
    return tensor.shape().stream()
        .skip(1)
        .anyMatch(dim -> dim.symbol().filter(rows::contains).isPresent());
  }
}
