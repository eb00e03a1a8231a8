package io.mlops4j.monitor.stats.multivariate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Columns of numbers and of categories with their names, for statistics of many columns at once.
 * Immutable; the arrays are copied.
 */
public final class Table {
  private final Map<String, double[]> numbers;
  private final Map<String, @Nullable String[]> categories;
  private final Set<String> columns;
  private final int rows;

  private Table(Builder builder) {
    this.numbers = Map.copyOf(builder.numbers);
    this.categories = Map.copyOf(builder.categories);
    this.columns = Collections.unmodifiableSet(new LinkedHashSet<>(builder.columns));
    this.rows = builder.rows;
  }

  /** {@return a builder for one table} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the number of rows, 1 or more} */
  public int rows() {
    return rows;
  }

  /** {@return the names of the columns, in the order in which they were added} */
  public Set<String> columns() {
    return columns;
  }

  boolean isNumbers(String column) {
    return numbers.containsKey(column);
  }

  double[] numbers(String column) {
    return Objects.requireNonNull(numbers.get(column), column);
  }

  @Nullable String[] categories(String column) {
    return Objects.requireNonNull(categories.get(column), column);
  }

  /** Collects columns of the same number of rows. */
  public static final class Builder {
    private final Set<String> columns = new LinkedHashSet<>();
    private final Map<String, double[]> numbers = new LinkedHashMap<>();
    private final Map<String, @Nullable String[]> categories = new LinkedHashMap<>();
    private int rows;

    private Builder() {}

    /**
     * Adds a column of numbers.
     *
     * @param column its name
     * @param values one per row; NaN if missing
     * @return this builder
     * @throws IllegalArgumentException if the name is taken or the number of rows differs
     */
    public Builder numbers(String column, double... values) {
      check(column, values.length);
      numbers.put(column, values.clone());
      return this;
    }

    /**
     * Adds a column of categories.
     *
     * @param column its name
     * @param values one per row; null if missing
     * @return this builder
     * @throws IllegalArgumentException if the name is taken or the number of rows differs
     */
    public Builder categories(String column, @Nullable String... values) {
      check(column, values.length);
      categories.put(column, values.clone());
      return this;
    }

    private void check(String column, int length) {
      Objects.requireNonNull(column, "column");
      if (!columns.isEmpty() && length != rows) {
        throw new IllegalArgumentException(
            column + " has " + length + " rows, the columns before it " + rows);
      }
      if (!columns.add(column)) {
        throw new IllegalArgumentException(
            "there is a column " + column + " already: a name is given once");
      }
      rows = length;
    }

    /**
     * Builds the table.
     *
     * @return the table
     * @throws IllegalArgumentException if there is no column or no row
     */
    public Table build() {
      if (rows == 0) {
        throw new IllegalArgumentException(
            columns.size() + " columns without rows: at least one column and row are needed");
      }
      return new Table(this);
    }
  }
}
