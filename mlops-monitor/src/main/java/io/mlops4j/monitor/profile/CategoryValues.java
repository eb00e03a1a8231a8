package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import io.mlops4j.monitor.profile.internal.CategoryBins;
import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.TextCells;
import io.mlops4j.monitor.profile.internal.TextIndex;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Counts the distinct texts of a reference until its categories can be chosen.
 *
 * <p>Whether a column looks like an identifier depends on the set of its texts only, not on their
 * order, even if counting stops early.
 */
final class CategoryValues implements ColumnCounter, TextCells.Texts {
  /** A column with at most this number of distinct texts is never an identifier. */
  static final int FEW = 50;

  /** A column with more distinct texts is always an identifier, and counting stops. */
  static final int MOST = 65_536;

  private final String name;
  private final Role role;
  private final boolean numbers;
  private TextIndex seen = new TextIndex();
  private long[] counts = new long[64];
  private boolean overflown;
  private long present;
  private long missing;

  /**
   * Starts without texts.
   *
   * @param numbers whether the column holds numbers that are names
   */
  CategoryValues(String name, Role role, boolean numbers) {
    this.name = name;
    this.role = role;
    this.numbers = numbers;
  }

  @Override
  public CategoryValues cleared() {
    return new CategoryValues(name, role, numbers);
  }

  @Override
  public ColumnKind kind() {
    return numbers ? ColumnKind.NUMBERS : ColumnKind.TEXTS;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    TextCells.texts(column, dictionaries, chunk, this);
  }

  @Override
  public void take(byte[] bytes, int length, long times) {
    present += times;
    if (!overflown) {
      count(seen.add(bytes, length), times);
    }
  }

  private void count(int number, long times) {
    if (number == counts.length) {
      counts = Arrays.copyOf(counts, 2 * number);
    }
    counts[number] += times;
    if (seen.size() > MOST) {
      overflown = true;
      seen = new TextIndex();
      counts = new long[64];
    }
  }

  @Override
  public void missing(long cells) {
    missing += cells;
  }

  @Override
  public ColumnProfile build() {
    if (overflown) {
      return identifier("more than " + MOST + " distinct texts");
    }
    if (seen.size() > FEW && 2L * seen.size() > present) {
      return identifier(seen.size() + " distinct texts in " + present + " values");
    }
    CategoryCounter counter =
        new CategoryCounter(name, role, CategoryBins.of(seen, counts, numbers));
    IntStream.range(0, seen.size())
        .forEach(
            number -> counter.take(seen.text(number), seen.text(number).length, counts[number]));
    counter.missing(missing);
    return counter.build();
  }

  private SkippedColumn identifier(String detail) {
    return new SkippedColumn(
        name, role, Reason.IDENTIFIER_LIKE, "identifier-like, not compared: " + detail);
  }
}
