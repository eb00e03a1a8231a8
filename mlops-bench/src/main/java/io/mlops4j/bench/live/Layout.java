package io.mlops4j.bench.live;

import java.util.List;
import java.util.stream.Stream;

/**
 * The columns of a stream.
 *
 * @param numbers columns of numbers
 * @param categories columns of text
 */
record Layout(List<NumberColumn> numbers, List<CategoryColumn> categories) {
  /** The name of the model's answer. */
  static final String SCORE = "probability";

  /** How numbers are stored. */
  enum Width {
    FLOAT,
    DOUBLE,
    SHORT
  }

  /** A column of numbers. */
  record NumberColumn(String name, Width width) {}

  /**
   * A column of text.
   *
   * @param values by code; some may never occur where nothing is wrong
   */
  record CategoryColumn(String name, List<String> values) {}

  Layout {
    numbers = List.copyOf(numbers);
    categories = List.copyOf(categories);
  }

  int number(String name) {
    return numbers.stream().map(NumberColumn::name).toList().indexOf(name);
  }

  int category(String name) {
    return categories.stream().map(CategoryColumn::name).toList().indexOf(name);
  }

  /** All features. */
  String[] features() {
    return Stream.concat(
            numbers.stream().map(NumberColumn::name), categories.stream().map(CategoryColumn::name))
        .toArray(String[]::new);
  }
}
