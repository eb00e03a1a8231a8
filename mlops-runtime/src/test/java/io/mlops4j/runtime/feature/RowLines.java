package io.mlops4j.runtime.feature;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/** What a reader gives, as lines of text: the names, then the rows, with tabs between values. */
public final class RowLines {
  private RowLines() {}

  /** Reads to the end. The caller closes the reader. */
  public static List<String> of(FeatureReader reader) {
    List<String> lines = new ArrayList<>();
    for (FeatureBatch batch : reader) {
      batch.root().contentToTSVString().lines().skip(lines.isEmpty() ? 0 : 1).forEach(lines::add);
    }
    return lines;
  }

  /** Opens files as one data set, and reads to the end. */
  public static List<String> of(List<Path> files, ReadOptions options, BufferAllocator memory) {
    try (FeatureReader reader = DataFiles.open(files, options, memory)) {
      return of(reader);
    }
  }
}
