package io.mlops4j.runtime.composition.parts;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.OutputVectors;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.binding.type.Scalars;
import io.mlops4j.runtime.memory.Native;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** The label with the largest sum of weights in each row, the smallest of several. */
final class Vote implements Parallel.Rule {
  private static final Set<ElementType> INTEGERS =
      Set.of(
          ElementType.INT8,
          ElementType.INT16,
          ElementType.INT32,
          ElementType.INT64,
          ElementType.UINT8,
          ElementType.UINT16,
          ElementType.UINT32);

  private final List<Member> members;
  private final TensorSpec output;
  private final Set<ElementType> types;
  private final double[] weights;

  Vote(List<Member> members, String output) {
    this.members = members;
    this.weights = members.stream().mapToDouble(Member::weight).toArray();
    TensorSpec first = members.get(0).tensor(output);
    this.types = kind(first.type());
    ElementType type = first.type();
    for (Member member : members) {
      TensorSpec spec = member.tensor(output);
      Field field = OutputVectors.field("", spec);
      boolean several = field != null && field.getType() instanceof ArrowType.FixedSizeList;
      if (several || types.isEmpty() || !types.contains(spec.type())) {
        throw new IllegalArgumentException(
            member.prefix()
                + "found the output "
                + spec
                + ", expected one label in a row: a text, boolean or integer other than uint64,"
                + " of the same kind in all members; Builder.average combines scores");
      }
      type = spec.type() == type ? type : ElementType.INT64;
    }
    this.output = new TensorSpec(output, type, first.shape(), first.anyRank(), false);
  }

  private static Set<ElementType> kind(ElementType type) {
    if (type == ElementType.STRING || type == ElementType.BOOL) {
      return Set.of(type);
    }
    return INTEGERS.contains(type) ? INTEGERS : Set.of();
  }

  @Override
  public List<TensorSpec> outputs() {
    return List.of(output);
  }

  @Override
  public Outputs combine(List<Outputs> answers, OutputReader memory) {
    List<Found> found = new ArrayList<>(answers.size());
    for (int i = 0; i < answers.size(); i++) {
      Found one = Found.of(members.get(i), answers.get(i), output.name(), types);
      if (one.outputs().valuesPerRow(one.number()) != 1) {
        throw new InferenceException(
            one.member().prefix()
                + "found the shape "
                + Arrays.toString(one.shape())
                + " of the output "
                + output.name()
                + ", expected one label in a row",
            null);
      }
      found.add(one);
    }
    return output.type() == ElementType.STRING ? texts(found, memory) : numbers(found, memory);
  }

  private Outputs numbers(List<Found> found, OutputReader memory) {
    int rows = found.get(0).outputs().rows();
    int size = output.type().bytes();
    Outputs result = result(found, memory, (long) rows * size);
    long[] labels = new long[found.size()];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < labels.length; i++) {
        labels[i] = found.get(i).outputs().longAt(found.get(i).number(), row);
      }
      int best = 0;
      double most = weight(labels, 0);
      for (int i = 1; i < labels.length; i++) {
        double votes = weight(labels, i);
        if (votes > most || (votes == most && labels[i] < labels[best])) {
          best = i;
          most = votes;
        }
      }
      Scalars.put(result.at(0) + (long) row * size, size, labels[best]);
    }
    return result;
  }

  private double weight(long[] labels, int of) {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += labels[i] == labels[of] ? weights[i] : 0;
    }
    return sum;
  }

  private Outputs texts(List<Found> found, OutputReader memory) {
    int rows = found.get(0).outputs().rows();
    byte[][] chosen = new byte[rows][];
    byte[][] labels = new byte[found.size()][];
    long characters = 0;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < labels.length; i++) {
        Found one = found.get(i);
        labels[i] = one.outputs().textAt(one.number(), row).getBytes(StandardCharsets.UTF_8);
      }
      chosen[row] = best(labels);
      characters += chosen[row].length;
    }
    Outputs result = result(found, memory, 4L * (rows + 1) + characters);
    long offsets = result.at(0);
    long texts = offsets + 4L * (rows + 1);
    int end = 0;
    Native.putInt(offsets, 0);
    for (int row = 0; row < rows; row++) {
      for (byte one : chosen[row]) {
        Native.putByte(texts + end++, one);
      }
      Native.putInt(offsets + 4L * (row + 1), end);
    }
    return result;
  }

  /** The bytes of UTF-8 are in the order of the code points. */
  private byte[] best(byte[][] labels) {
    byte[] best = labels[0];
    double most = -1;
    for (byte[] label : labels) {
      double votes = 0;
      for (int i = 0; i < labels.length; i++) {
        votes += Arrays.equals(labels[i], label) ? weights[i] : 0;
      }
      if (votes > most || (votes == most && Arrays.compareUnsigned(label, best) < 0)) {
        best = label;
        most = votes;
      }
    }
    return best;
  }

  private static Outputs result(List<Found> found, OutputReader memory, long bytes) {
    Outputs first = found.get(0).outputs();
    return memory.computed(
        first.rows(), first.isWhole(), List.of(found.get(0).shape()), new long[] {bytes});
  }
}
