package io.mlops4j.runtime.deployment.alias.acceptance;

import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.type.Widening;
import io.mlops4j.runtime.deployment.DeploymentStatus.Verdict;
import io.mlops4j.runtime.serving.loading.DeclaredSignatureChecker;
import io.mlops4j.runtime.serving.loading.TypedColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks whether callers of one model can use another model. It must take the same columns, by name
 * and type, and return at least the same outputs.
 */
public final class Compatibility {
  private Compatibility() {}

  /**
   * Compares two models.
   *
   * @param serving the model that callers use
   * @param candidate the model that is to serve
   * @throws RejectedVersionException if callers of the first cannot use the second
   */
  public static void require(Model serving, Model candidate) {
    List<String> differences = new ArrayList<>();
    inputs(columns(serving), columns(candidate), differences);
    outputs(serving, candidate, differences);
    if (!differences.isEmpty()) {
      throw new RejectedVersionException(
          Verdict.INTERFACE,
          "%s: found %s, expected the inputs and at least the outputs of %s, which callers use; publish a version with the same ones, or start the deployment with allowSignatureChange"
              .formatted(candidate.servedBy(), String.join(", ", differences), serving.servedBy()),
          null);
    }
  }

  /** The type of each column, where it is known. */
  private static Map<String, Optional<ElementType>> columns(Model model) {
    Map<String, Optional<ElementType>> types = new LinkedHashMap<>();
    for (Feature feature : model.features().features()) {
      types.put(feature.column(), TypedColumns.type(model, feature));
    }
    return types;
  }

  private static void inputs(
      Map<String, Optional<ElementType>> before,
      Map<String, Optional<ElementType>> after,
      List<String> differences) {
    after.forEach(
        (column, type) -> {
          Optional<ElementType> known = before.get(column);
          if (known == null) {
            differences.add("the new input column " + column);
          } else if (known.isPresent()
              && type.isPresent()
              && !Widening.isExact(known.get(), type.get())) {
            differences.add(
                "the input column %s of type %s instead of %s"
                    .formatted(column, type.get(), known.get()));
          }
        });
    before.keySet().stream()
        .filter(column -> !after.containsKey(column))
        .forEach(column -> differences.add("no input column " + column));
  }

  private static void outputs(Model serving, Model candidate, List<String> differences) {
    for (ValueSpec before : serving.signature().outputs()) {
      Optional<ValueSpec> after =
          candidate.signature().outputs().stream()
              .filter(each -> each.name().equals(before.name()))
              .findFirst();
      if (after.isEmpty()) {
        differences.add("no output " + before.name());
      } else if (!DeclaredSignatureChecker.agree(before, after.get())) {
        differences.add("the output " + after.get() + " instead of " + before);
      }
    }
    // Inputs that are not tensors, and those that fill a column with lists, keep their shape.
    for (ValueSpec before : serving.signature().inputs()) {
      candidate.signature().inputs().stream()
          .filter(after -> after.name().equals(before.name()))
          .filter(after -> !isScalarPerRow(before, after))
          .filter(after -> !DeclaredSignatureChecker.agree(before, after))
          .forEach(after -> differences.add("the input " + after + " instead of " + before));
    }
  }

  /** Types of tensors were compared as columns, which may widen. */
  private static boolean isScalarPerRow(ValueSpec before, ValueSpec after) {
    return before instanceof TensorSpec a
        && after instanceof TensorSpec b
        && DeclaredSignatureChecker.shapesAgree(a, b);
  }
}
