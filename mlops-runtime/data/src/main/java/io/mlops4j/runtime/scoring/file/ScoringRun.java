package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Scores one input. The calling thread reads and writes; workers call the model and encode. At most
 * three chunks for each worker are in memory, so a slow disk slows the reader down.
 */
final class ScoringRun {
  /**
   * Rows of a call. Fewer than those from which the runtime splits a call among threads of its own;
   * a multiple of 64, so that Arrow slices bitmaps without a copy.
   */
  static final int CHUNK = 8128;

  private static final int FOR_EACH_THREAD = 3;

  private final ScoringSource source;
  private final ServedBy pinned;
  private final String devices;
  private final String features;
  private final ScoringSettings settings;
  private final ScoringInput input;
  private final ChunkScorer scorer;
  private final Deque<Future<EncodedChunk>> running = new ArrayDeque<>();

  ScoringRun(ScoringSource source, Model model, ScoringSettings settings, ScoringInput input) {
    this.source = source;
    this.pinned = model.servedBy();
    this.devices = model.placement().devices().toString();
    this.features = text(model.features());
    this.settings = settings;
    this.input = input;
    this.scorer = new ChunkScorer(model, pinned, settings, source.allocator(), input.toString());
  }

  ScoringResult into(Path out) {
    boolean arrow = source.isArrow(out);
    try (PartialFile file = PartialFile.open(out, identity())) {
      long resumed = file.rows();
      ProgressReport progress = new ProgressReport(settings.progress(), resumed, System::nanoTime);
      try {
        score(file, out, progress);
        input.checkUnchanged();
      } catch (DataException e) {
        // An interrupt may reach the reader, too, which then says that it cannot read.
        if (!(e instanceof ResumableException) && !Thread.currentThread().isInterrupted()) {
          file.discard();
        }
        throw e;
      }
      file.finish(arrow ? null : written -> source.convert(written, out));
      progress.ended(file.rows());
      return new ScoringResult(file.rows(), file.badRows(), resumed, file.digest(), pinned);
    }
  }

  private @Nullable Digest identity() {
    String rows = input.identity();
    if (rows == null) {
      return null;
    }
    String text =
        String.join(
            "\n",
            "2", // of the chunks and of their encoding
            pinned.digest().toString(),
            pinned.engine(),
            devices,
            features,
            rows,
            settings.text(),
            Integer.toString(CHUNK));
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns everything by which columns become inputs. */
  private static String text(FeatureSchema schema) {
    return schema.features().stream()
        .map(feature -> feature + ", nulls " + feature.nulls())
        .toList()
        .toString();
  }

  private void score(PartialFile file, Path out, ProgressReport progress) {
    long skip = file.rows();
    long row = 0;
    EncodedChunk columns = null;
    try (FeatureReader reader = input.open(settings.progress() == null ? null : progress::read);
        ScoringThreads threads = new ScoringThreads(settings.threads())) {
      for (FeatureBatch batch : reader) {
        if (columns == null) {
          columns = scorer.check(batch);
          source.checkColumns(out, columns.schema());
        }
        int from = (int) Math.min(skip, batch.rows());
        skip -= from;
        try (FeatureBatch kept = batch.retain()) { // a reader may fill the same memory again
          for (; from < kept.rows(); from += CHUNK) {
            int rows = Math.min(CHUNK, kept.rows() - from);
            running.add(threads.submit(kept.slice(from, rows), row + from, scorer));
            while (running.size() >= FOR_EACH_THREAD * settings.threads()) {
              writeNext(threads, file, progress);
            }
          }
          row += kept.rows();
        }
      }
      while (!running.isEmpty()) {
        writeNext(threads, file, progress);
      }
    }
    if (skip > 0) {
      throw new DataException(
          input + ": found " + row + " rows, expected at least those that were scored before",
          null);
    }
    if (columns == null) {
      throw new DataException(
          input + ": found no batch, expected one that names the columns, with or without rows",
          null);
    }
    if (file.rows() == 0) {
      file.write(columns);
    }
  }

  private void writeNext(ScoringThreads threads, PartialFile file, ProgressReport progress) {
    EncodedChunk chunk = threads.await(running.remove());
    file.write(chunk);
    if (file.badRows() > settings.badRows()) {
      throw new DataException(
          "%s: found %d rows that the model rejects, expected at most %d; the next one is %s"
              .formatted(input, file.badRows(), settings.badRows(), chunk.firstBad()),
          null);
    }
    if (file.recordIfDue(settings.recordEvery())) {
      input.checkUnchanged();
    }
    progress.written(file.rows(), file.durableRows());
  }
}
