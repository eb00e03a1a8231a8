package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.Chunk;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/** Collects the profile of one column, batch by batch. */
interface ColumnCounter {
  /** The kind of column that is required. */
  ColumnKind kind();

  /** Whether a column can be counted; checked before any column of a batch is counted. */
  default boolean accepts(FieldVector column, DictionaryProvider dictionaries) {
    return ColumnKind.of(column, dictionaries) == kind();
  }

  /** The columns that {@link #accepts} accepts, in words. */
  default String expected() {
    return kind().toString();
  }

  /**
   * Counts a column.
   *
   * @param chunk memory to read into, reused for one column after the other
   */
  void add(FieldVector column, DictionaryProvider dictionaries, Chunk chunk);

  /**
   * The counts so far: by bin, then the missing ones; null without bins.
   *
   * @param chunk memory to use, also for the counts
   */
  default long @Nullable [] counts(Chunk chunk) {
    return null;
  }

  /** Builds the profile of what was added so far. More may be added later. */
  ColumnProfile build();

  /** Returns a counter without cells, in the bins of what was added so far. */
  default ColumnCounter counting() {
    return ColumnCounters.frozen(build());
  }

  /**
   * Returns a counter without cells that counts like this one. It may be this one, whose memory is
   * used again.
   */
  ColumnCounter cleared();
}
