package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.binding.type.Scalars;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outputs of two models that consist of numbers, read without Arrow. Every output of the
 * champion has a partner. For one thread at a time.
 *
 * @param pairs in the order of the champion's outputs
 */
record NumberColumns(List<Pair> pairs) {
  private static final Set<ElementType> REAL =
      EnumSet.of(
          ElementType.FLOAT32, ElementType.FLOAT64, ElementType.FLOAT16, ElementType.BFLOAT16);
  private static final Set<ElementType> NEITHER = EnumSet.of(ElementType.BOOL, ElementType.STRING);

  /** One output, whose rows have one number or several each. Arrays are used again. */
  private static final class Column {
    private final long at;
    private final ElementType type;
    private final boolean real;
    private final double[] row;

    Column(Outputs outputs, int output, ElementType type) {
      this.at = outputs.at(output);
      this.type = type;
      this.real = REAL.contains(type);
      this.row = new double[outputs.valuesPerRow(output)];
    }

    double[] row(int number) {
      for (int i = 0; i < row.length; i++) {
        long place = (long) number * row.length + i;
        row[i] = real ? Scalars.real(at, type, place) : Scalars.whole(at, type, place);
      }
      return row;
    }
  }

  /** The outputs of one name. */
  static final class Pair {
    private final String name;
    private final Column ours;
    private final Column theirs;

    private Pair(String name, Column ours, Column theirs) {
      this.name = name;
      this.ours = ours;
      this.theirs = theirs;
    }

    String name() {
      return name;
    }

    /** The numbers of a row, readable until the next row. */
    double[] ours(int row) {
      return ours.row(row);
    }

    double[] theirs(int row) {
      return theirs.row(row);
    }
  }

  /** Null unless all are numbers. */
  static @Nullable NumberColumns of(Outputs ours, Outputs theirs) {
    List<Pair> pairs = new ArrayList<>(ours.count());
    for (int i = 0; i < ours.count(); i++) {
      String name = ours.spec(i).name();
      int other = theirs.indexOf(name);
      Column our = column(ours, i);
      Column their = other < 0 ? null : column(theirs, other);
      if (our == null || their == null) {
        return null;
      }
      pairs.add(new Pair(name, our, their));
    }
    return new NumberColumns(pairs);
  }

  private static @Nullable Column column(Outputs outputs, int output) {
    ValueSpec spec = outputs.spec(output);
    return spec instanceof TensorSpec tensor
            && !NEITHER.contains(tensor.type())
            && outputs.valuesPerRow(output) >= 0
        ? new Column(outputs, output, tensor.type())
        : null;
  }
}
