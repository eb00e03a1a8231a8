package io.mlops4j.runtime.composition.parts;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.runtime.binding.ModelColumn;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.binding.output.OutputVectors;
import io.mlops4j.runtime.binding.output.Outputs;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * An output that is a column of a later member. Immutable.
 *
 * @param column the name of the column
 * @param step the number of the member that returns the output
 * @param from that member
 * @param output the name of the output in the composition
 * @param element which value of each row; -1 for all
 */
record Link(String column, int step, Member from, String output, int element) {
  private static final int ALL = -1;
  private static final Pattern ELEMENT = Pattern.compile("(.+)\\.(0|[1-9][0-9]{0,8})");

  /**
   * Finds the newest output with the name of a column.
   *
   * @param plain whether {@code output} also names an output, and not only {@code member.output}
   * @return null if the column is one of the call
   */
  static @Nullable Link find(String column, List<Member> earlier, boolean plain) {
    Link whole = find(column, column, ALL, earlier, plain);
    Matcher parts = ELEMENT.matcher(column);
    return whole == null && parts.matches()
        ? find(column, parts.group(1), Integer.parseInt(parts.group(2)), earlier, plain)
        : whole;
  }

  private static @Nullable Link find(
      String column, String named, int element, List<Member> earlier, boolean plain) {
    for (int i = earlier.size() - 1; i >= 0; i--) {
      Member member = earlier.get(i);
      String own = member.name() + ".";
      if (named.startsWith(own) && member.output(named.substring(own.length())) != null) {
        return new Link(column, i, member, named.substring(own.length()), element);
      }
      if (plain && member.output(named) != null) {
        return new Link(column, i, member, named, element);
      }
    }
    return null;
  }

  /** Checks that the reader takes the output, as far as both are declared. */
  void check(Member reader, ModelColumn read) {
    TensorSpec spec = from.tensor(output);
    TensorSpec one = new TensorSpec(column, spec.type(), List.of(Dim.any()), false);
    Field field = OutputVectors.field(column, element == ALL ? spec : one);
    if (field != null) {
      try {
        read.require(field);
      } catch (ModelInputException e) {
        throw new IllegalArgumentException(
            reader.prefix()
                + "the output "
                + output
                + " of "
                + from
                + " does not fit: "
                + e.getMessage(),
            e);
      }
    }
  }

  /**
   * Returns the column.
   *
   * @param owned the caller closes the columns that are added here; others end with the prediction
   */
  FieldVector vector(Prediction answer, BufferAllocator allocator, List<FieldVector> owned) {
    try {
      String declared = from.declared(output);
      if (element == ALL) {
        return answer.vector(declared);
      }
      Outputs outputs = ((Answer) answer).outputsByRow();
      int number = outputs.find(declared);
      int width = outputs.valuesPerRow(number);
      if (element >= width) {
        throw new IllegalArgumentException(
            "output "
                + declared
                + ": found "
                + (width < 0 ? "values that are not rows" : width + " values in a row")
                + ", expected more than "
                + element
                + " for the column "
                + column);
      }
      FieldVector one = OutputVectors.element(column, outputs, number, element, allocator);
      owned.add(one);
      return one;
    } catch (IllegalArgumentException e) { // the version has other outputs
      throw new InferenceException(from.prefix() + e.getMessage(), e);
    }
  }
}
