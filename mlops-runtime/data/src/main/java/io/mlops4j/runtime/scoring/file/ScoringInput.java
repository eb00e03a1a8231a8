package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadProgress;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the rows of one run come from. */
interface ScoringInput {
  /** Opens the rows. The run closes the reader. */
  FeatureReader open(@Nullable Consumer<ReadProgress> progress);

  /** Returns what identifies the rows; null if they cannot be read again. */
  @Nullable String identity();

  /**
   * Checks that the rows did not change.
   *
   * @throws io.mlops4j.error.DataException if the rows are no longer those that were opened
   */
  void checkUnchanged();

  /** Returns the name for messages. */
  @Override
  String toString();

  /** Returns the rows of a file, which is noted as it is now. */
  static ScoringInput of(ScoringSource source, Path path) {
    InputFile file = InputFile.of(path);
    return new ScoringInput() {
      @Override
      public FeatureReader open(@Nullable Consumer<ReadProgress> progress) {
        return source.open(path, progress);
      }

      @Override
      public String identity() {
        return file.text();
      }

      @Override
      public void checkUnchanged() {
        file.checkUnchanged();
      }

      @Override
      public String toString() {
        return path.toString();
      }
    };
  }

  /** Returns the rows of a reader, which the caller closes. */
  static ScoringInput of(FeatureReader rows) {
    FeatureReader lent =
        new FeatureReader() {
          @Override
          public Iterator<FeatureBatch> iterator() {
            return rows.iterator();
          }

          @Override
          public void close() {
            // The caller does.
          }
        };
    return new ScoringInput() {
      @Override
      public FeatureReader open(@Nullable Consumer<ReadProgress> progress) {
        return lent;
      }

      @Override
      public @Nullable String identity() {
        return null;
      }

      @Override
      public void checkUnchanged() {
        // A reader checks its files by itself.
      }

      @Override
      public String toString() {
        return "rows";
      }
    };
  }
}
