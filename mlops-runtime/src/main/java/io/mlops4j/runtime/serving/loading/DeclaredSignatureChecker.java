package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares declared inputs and outputs. */
public final class DeclaredSignatureChecker {
  private DeclaredSignatureChecker() {}

  /**
   * Returns whether two declarations can both be true. An open size agrees with any size, and the
   * names of dimensions are not compared.
   *
   * @param one an input or output
   * @param other the input or output of the same name
   * @return whether kind, types and known sizes agree
   */
  public static boolean agree(ValueSpec one, ValueSpec other) {
    if (one instanceof TensorSpec a && other instanceof TensorSpec b) {
      return a.type() == b.type() && shapesAgree(a, b);
    }
    if (one instanceof SequenceSpec a && other instanceof SequenceSpec b) {
      return agree(a.element(), b.element());
    }
    if (one instanceof MapSpec a && other instanceof MapSpec b) {
      return a.key() == b.key() && agree(a.value(), b.value());
    }
    return one.getClass().equals(other.getClass());
  }

  /**
   * Returns whether two shapes can be the same.
   *
   * @param one a tensor
   * @param other the tensor of the same name
   * @return whether ranks and known sizes agree
   */
  public static boolean shapesAgree(TensorSpec one, TensorSpec other) {
    if (one.anyRank() || other.anyRank()) {
      return true;
    }
    if (one.shape().size() != other.shape().size()) {
      return false;
    }
    for (int i = 0; i < one.shape().size(); i++) {
      TensorSpec.Dim a = one.shape().get(i);
      TensorSpec.Dim b = other.shape().get(i);
      if (a.size().isPresent() && b.size().isPresent() && !a.size().equals(b.size())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Rejects a card whose signature contradicts the model's bytes. Inputs and outputs that only the
   * model has are allowed, unless a call needs them.
   *
   * @param what the version or file, for the message
   * @param stated the signature in the card
   * @param found the signature in the bytes
   * @throws ModelLoadException if they contradict each other
   */
  public static void requireStated(String what, ModelSignature stated, ModelSignature found) {
    List<String> differences = new ArrayList<>();
    compare("input", stated.inputs(), found.inputs(), differences);
    compare("output", stated.outputs(), found.outputs(), differences);
    for (ValueSpec input : found.inputs()) {
      if (!isOptional(input) && find(input.name(), stated.inputs()).isEmpty()) {
        differences.add("the input " + input + ", which the card does not state");
      }
    }
    if (!differences.isEmpty()) {
      throw new ModelLoadException(
          "%s: found %s, expected the signature that its card states, %s; publish a card that states %s"
              .formatted(what, String.join(", ", differences), stated, found),
          null);
    }
  }

  private static boolean isOptional(ValueSpec input) {
    return input instanceof TensorSpec tensor && tensor.optional();
  }

  private static void compare(
      String kind, List<ValueSpec> stated, List<ValueSpec> found, List<String> differences) {
    for (ValueSpec expected : stated) {
      if (expected.name().isEmpty()) {
        continue; // some formats do not name them
      }
      Optional<ValueSpec> there = find(expected.name(), found);
      if (there.isEmpty()) {
        differences.add("no " + kind + " " + expected.name());
      } else if (!agree(expected, there.get())) {
        differences.add("the " + kind + " " + there.get());
      }
    }
  }

  private static Optional<ValueSpec> find(String name, List<ValueSpec> specs) {
    return specs.stream().filter(spec -> spec.name().equals(name)).findFirst();
  }
}
