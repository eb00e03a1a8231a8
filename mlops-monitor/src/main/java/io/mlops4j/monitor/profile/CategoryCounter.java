package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.CategoryBins;
import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.TextCells;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Counts texts in frozen categories. Keeps no rows. */
final class CategoryCounter implements ColumnCounter, TextCells.Texts {
  private final String name;
  private final Role role;
  private final CategoryBins bins;
  private final long[] counts;
  private final UnnamedTexts.Counter unnamed = new UnnamedTexts.Counter();
  private long missing;

  CategoryCounter(String name, Role role, CategoryBins bins) {
    this.name = name;
    this.role = role;
    this.bins = bins;
    this.counts = new long[bins.named() + 1];
  }

  @Override
  public ColumnKind kind() {
    return bins.numbers() ? ColumnKind.NUMBERS : ColumnKind.TEXTS;
  }

  @Override
  public void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk) {
    TextCells.texts(column, dictionaries, chunk, this);
  }

  @Override
  public void take(byte[] bytes, int length, long times) {
    int bin = bins.indexOf(bytes, length);
    counts[bin] += times;
    if (bin == bins.named()) {
      unnamed.add(bytes, length, times);
    }
  }

  @Override
  public void missing(long cells) {
    missing += cells;
  }

  @Override
  public long[] counts(Chunk chunk) {
    long[] all = chunk.counts(counts.length + 1);
    System.arraycopy(counts, 0, all, 0, counts.length);
    all[counts.length] = missing;
    return all;
  }

  @Override
  public CategoryCounter cleared() {
    return new CategoryCounter(name, role, bins);
  }

  @Override
  public ColumnProfile build() {
    return new CategoryProfile(name, role, bins, counts.clone(), missing, unnamed.build());
  }
}
