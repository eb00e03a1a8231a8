package io.mlops4j.runtime.composition.parts;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.output.Outputs;
import java.util.Arrays;
import java.util.Set;

/**
 * An output of a member in one call.
 *
 * @param outputs the answer of the member
 * @param number the number of the output in it
 */
record Found(Member member, Outputs outputs, int number) {
  /**
   * Finds an output.
   *
   * @param types the types that it may have
   * @throws InferenceException if the version that answered has no such output
   */
  static Found of(Member member, Outputs outputs, String output, Set<ElementType> types) {
    int number;
    try {
      number = outputs.find(member.declared(output));
    } catch (IllegalArgumentException e) {
      throw new InferenceException(member.prefix() + e.getMessage(), e);
    }
    if (outputs.spec(number) instanceof TensorSpec spec && types.contains(spec.type())) {
      return new Found(member, outputs, number);
    }
    throw new InferenceException(
        member.prefix()
            + "found the output "
            + outputs.spec(number)
            + ", expected a tensor of one of "
            + types.stream().sorted().toList(),
        null);
  }

  long[] shape() {
    return outputs.shape(number);
  }

  /** Returns the shape without dimensions of size 1 after the first. */
  private long[] plainShape() {
    long[] shape = shape();
    int kept = 0;
    for (int i = 0; i < shape.length; i++) {
      if (i == 0 || shape[i] != 1) {
        shape[kept++] = shape[i];
      }
    }
    return Arrays.copyOf(shape, kept);
  }

  /** Checks that two outputs have the same values; {@code [N]} is like {@code [N, 1]}. */
  void requireShapeOf(Found first) {
    if (!outputs.hasShapeOf(number, first.outputs, first.number)
        && !Arrays.equals(plainShape(), first.plainShape())) {
      throw new InferenceException(
          member.prefix()
              + "found the shape "
              + Arrays.toString(shape())
              + " of "
              + outputs.spec(number)
              + ", expected "
              + Arrays.toString(first.shape())
              + ", the shape of the member "
              + first.member(),
          null);
    }
  }
}
