package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One figure for each group of rows, realised or estimated, with its standard error. Groups are
 * independent samples: the standard error of a difference is the root of the sum of both squared
 * errors.
 *
 * <p>If the figure is undefined for a group, the group has a {@link Metric.Undefined}. With many
 * groups, some differ by chance: if nothing differs, one difference in twenty is beyond 1.96
 * standard errors. Immutable and thread safe.
 */
public final class GroupFigures {
  private final Map<String, Metric> figures;
  private final Map<String, Integer> rows;

  private GroupFigures(Map<String, Metric> figures, Map<String, Integer> rows) {
    this.figures = figures;
    this.rows = rows;
  }

  /**
   * Computes a figure for each group.
   *
   * @param names the group of each row; rows whose group is null are a group named {@code null}
   * @param figure computes the figure of the rows of one group; called once for each group
   * @return the figures; none without rows
   */
  public static GroupFigures of(@Nullable String[] names, Function<Rows, Metric> figure) {
    Objects.requireNonNull(figure, "figure");
    Map<String, List<Integer>> rows =
        IntStream.range(0, names.length)
            .boxed()
            .collect(
                Collectors.groupingBy(
                    row -> String.valueOf(names[row]), TreeMap::new, Collectors.toList()));
    Map<String, Metric> figures = new TreeMap<>();
    Map<String, Integer> sizes = new TreeMap<>();
    rows.forEach(
        (name, ofGroup) -> {
          Rows chosen =
              new Rows(ofGroup.stream().mapToInt(Integer::intValue).toArray(), names.length);
          figures.put(name, figure.apply(chosen));
          sizes.put(name, chosen.size());
        });
    return new GroupFigures(Collections.unmodifiableMap(figures), sizes);
  }

  /** {@return the figure of each group, sorted by name; unmodifiable} */
  public Map<String, Metric> groups() {
    return figures;
  }

  /**
   * Returns the number of rows of a group.
   *
   * @param group its name
   * @return the number of rows; 1 or more
   * @throws IllegalArgumentException if there is no such group
   */
  public long rows(String group) {
    figure(group);
    return rows.getOrDefault(group, 0);
  }

  /**
   * Returns the figure of one group less that of another one.
   *
   * @param group the name of a group
   * @param other the name of the group that it is compared with
   * @return the difference; undefined if one of the figures is, with the name of the group
   * @throws IllegalArgumentException if there is no such group
   */
  public Metric difference(String group, String other) {
    return Averages.difference(group, figure(group), other, figure(other));
  }

  private Metric figure(String group) {
    Metric figure = figures.get(group);
    if (figure == null) {
      throw new IllegalArgumentException(
          "no row is of group " + group + ": the groups are " + figures.keySet());
    }
    return figure;
  }

  /** The rows of one group: picks their values out of the values of all rows. */
  public static final class Rows {
    private final int[] rows;
    private final int all;

    private Rows(int[] rows, int all) {
      this.rows = rows;
      this.all = all;
    }

    /** {@return the number of rows of the group; 1 or more} */
    public int size() {
      return rows.length;
    }

    /**
     * Returns the values of the group's rows.
     *
     * @param values one for each row of all groups
     * @return those of this group, in the same order
     * @throws IllegalArgumentException if there is not one value for each row
     */
    public double[] of(double[] values) {
      check(values.length);
      return Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
    }

    /**
     * Returns the values of the group's rows.
     *
     * @param values one for each row of all groups
     * @return those of this group, in the same order
     * @throws IllegalArgumentException if there is not one value for each row
     */
    public int[] of(int[] values) {
      check(values.length);
      return Arrays.stream(rows).map(row -> values[row]).toArray();
    }

    /**
     * Returns the arrays of the group's rows.
     *
     * @param values one array for each row of all groups
     * @return those of this group, in the same order; not copied
     * @throws IllegalArgumentException if there is not one array for each row
     */
    public double[][] of(double[][] values) {
      check(values.length);
      return Arrays.stream(rows).mapToObj(row -> values[row]).toArray(double[][]::new);
    }

    private void check(int length) {
      if (length != all) {
        throw new IllegalArgumentException(
            length + " values, " + all + " names of groups: each row needs one of each");
      }
    }
  }
}
