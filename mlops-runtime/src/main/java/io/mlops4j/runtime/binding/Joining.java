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
 * Whether one run can answer several batches, as far as a model declares it: rows can be added to
 * every input, and every output may have a row for each. What it leaves open is seen when it has
 * run. A dimension with a name of its own is not the rows: the answer to some might happen to be as
 * long.
 */
final class Joining {
  private final Set<String> rows;

  private Joining(Set<String> rows) {
    this.rows = rows;
  }

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

  /** Whether the number of rows is the size of a further dimension. */
  private boolean isSquare(TensorSpec tensor) {
    return tensor.shape().stream()
        .skip(1)
        .anyMatch(dim -> dim.symbol().filter(rows::contains).isPresent());
  }
}
