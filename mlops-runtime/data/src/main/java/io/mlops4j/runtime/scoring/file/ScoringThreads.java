package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that call the model in one run. */
final class ScoringThreads implements AutoCloseable {
  private final ExecutorService workers;
  private volatile boolean ended;

  ScoringThreads(int threads) {
    AtomicInteger number = new AtomicInteger();
    workers =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, "mlops4j-scoring-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Takes the rows over and closes them, even if the work ends before. */
  Future<EncodedChunk> submit(FeatureBatch rows, long firstRow, ChunkScorer scorer) {
    return workers.submit(
        () -> {
          try (rows) {
            if (ended) {
              throw new CancellationException("the work has ended");
            }
            return scorer.score(rows, firstRow);
          }
        });
  }

  EncodedChunk await(Future<EncodedChunk> chunk) {
    try {
      return chunk.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ResumableException("interrupted while scoring; call score again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("cannot score rows", e.getCause());
    }
  }

  /** Waits for running calls. Rows that were not scored are closed. */
  @Override
  public void close() {
    ended = true;
    workers.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (workers.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
