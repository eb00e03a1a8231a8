package io.mlops4j.runtime.composition.parts;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.OutputVectors;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.binding.type.Scalars;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** The weighted mean of each element of some outputs, computed in float64. */
final class Average implements Parallel.Rule {
  private static final Set<ElementType> TYPES =
      Set.of(ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.FLOAT32, ElementType.FLOAT64);

  private final List<Member> members;
  private final List<TensorSpec> outputs;
  private final double[] weights;
  private final double total;

  Average(List<Member> members, List<String> outputs) {
    this.members = members;
    this.outputs = outputs.stream().map(this::spec).toList();
    this.weights = members.stream().mapToDouble(Member::weight).toArray();
    this.total = members.stream().mapToDouble(Member::weight).sum();
  }

  private TensorSpec spec(String output) {
    TensorSpec known = members.get(0).tensor(output);
    ElementType type = ElementType.FLOAT32;
    for (Member member : members) {
      TensorSpec spec = member.tensor(output);
      if (!TYPES.contains(spec.type())) {
        throw new IllegalArgumentException(
            member.prefix()
                + "found the output "
                + spec
                + ", expected one of "
                + TYPES.stream().sorted().toList()
                + " to average; Builder.vote combines labels");
      }
      type = spec.type() == ElementType.FLOAT64 ? spec.type() : type;
      known = requireSame(known, spec, member);
    }
    return new TensorSpec(output, type, known.shape(), known.anyRank(), false);
  }

  /** Returns the specification that says more about the number of values in a row. */
  private TensorSpec requireSame(TensorSpec known, TensorSpec spec, Member member) {
    Field one = field(known);
    Field two = field(spec);
    if (one != null && two != null && !one.equals(two)) {
      throw new IllegalArgumentException(
          member.prefix()
              + "found the output "
              + spec
              + ", expected as many values in a row as "
              + known
              + " of the member "
              + members.get(0));
    }
    return one == null && two != null ? spec : known;
  }

  private static @Nullable Field field(TensorSpec spec) {
    return OutputVectors.field(
        "", new TensorSpec("", ElementType.FLOAT64, spec.shape(), spec.anyRank(), false));
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public Outputs combine(List<Outputs> answers, OutputReader memory) {
    List<List<Found>> found = new ArrayList<>(outputs.size());
    List<long[]> shapes = new ArrayList<>(outputs.size());
    long[] bytes = new long[outputs.size()];
    for (int i = 0; i < bytes.length; i++) {
      List<Found> each = new ArrayList<>(answers.size());
      for (int j = 0; j < answers.size(); j++) {
        each.add(Found.of(members.get(j), answers.get(j), outputs.get(i).name(), TYPES));
        each.get(j).requireShapeOf(each.get(0));
      }
      found.add(each);
      shapes.add(each.get(0).shape());
      bytes[i] = Scalars.elements(shapes.get(i)) * outputs.get(i).type().bytes();
    }
    Outputs first = answers.get(0);
    Outputs mean = memory.computed(first.rows(), first.isWhole(), shapes, bytes);
    for (int i = 0; i < bytes.length; i++) {
      int size = outputs.get(i).type().bytes();
      write(found.get(i), mean.at(i), size, bytes[i] / size);
    }
    return mean;
  }

  private void write(List<Found> each, long to, int size, long elements) {
    long[] from = new long[weights.length];
    ElementType[] types = new ElementType[weights.length];
    for (int i = 0; i < from.length; i++) {
      Found one = each.get(i);
      from[i] = one.outputs().at(one.number());
      types[i] = ((TensorSpec) one.outputs().spec(one.number())).type();
    }
    for (long element = 0; element < elements; element++) {
      double sum = 0;
      for (int i = 0; i < from.length; i++) {
        if (weights[i] > 0) {
          sum += weights[i] * Scalars.real(from[i], types[i], element);
        }
      }
      double mean = sum / total;
      long bits =
          size == Double.BYTES
              ? Double.doubleToRawLongBits(mean)
              : Float.floatToRawIntBits((float) mean);
      Scalars.put(to + element * size, size, bits);
    }
  }
}
