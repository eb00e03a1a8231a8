package io.mlops4j.monitor.profile.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The categories of a reference, most frequent first, and one bin for the rest.
 *
 * <p>Equal counts are ordered by their UTF-8 bytes, so that the order of rows does not matter.
 */
public final class CategoryBins {
  /** The most named categories: with the rest and the missing values there are 256 bins. */
  public static final int MOST_NAMED = 254;

  private final TextIndex named;
  private final boolean all;
  private final boolean numbers;

  /**
   * @param named the categories with their own bin
   * @param all whether the reference had no others, so that the rest is unseen
   * @param numbers whether the names are numbers of a numeric column
   */
  public CategoryBins(TextIndex named, boolean all, boolean numbers) {
    this.named = named;
    this.all = all;
    this.numbers = numbers;
  }

  /** Names the most frequent of the texts. */
  public static CategoryBins of(TextIndex seen, long[] counts, boolean numbers) {
    TextIndex named = new TextIndex();
    IntStream.range(0, seen.size())
        .boxed()
        .sorted(
            (a, b) ->
                counts[a] != counts[b]
                    ? Long.compare(counts[b], counts[a])
                    : Arrays.compareUnsigned(seen.text(a), seen.text(b)))
        .limit(MOST_NAMED)
        .forEach(number -> named.add(seen.text(number), seen.text(number).length));
    return new CategoryBins(named, seen.size() <= MOST_NAMED, numbers);
  }

  public int named() {
    return named.size();
  }

  public boolean all() {
    return all;
  }

  public boolean numbers() {
    return numbers;
  }

  public byte[] text(int bin) {
    return named.text(bin);
  }

  public List<String> names() {
    return IntStream.range(0, named.size()).mapToObj(named::name).toList();
  }

  /** Returns the bin of a category; the bin after the named ones if it is not among them. */
  public int indexOf(byte[] bytes, int length) {
    int number = named.find(bytes, length);
    return number < 0 ? named.size() : number;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CategoryBins that
        && all == that.all
        && numbers == that.numbers
        && named.size() == that.named.size()
        && IntStream.range(0, named.size())
            .allMatch(bin -> Arrays.equals(named.text(bin), that.named.text(bin)));
  }

  @Override
  public int hashCode() {
    return 31 * named.size() + (all ? 1 : 0);
  }
}
