package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.ShadowStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a challenger with rows that the champion has answered.
 *
 * <p>The caller only retains the rows and the answer. The challenger runs in a worker, and rows
 * that do not fit into the queue are dropped and counted.
 */
final class Shadow {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final int MOST_CALLS = 64;

  /** With a deadline, so that a challenger that hangs does not occupy workers for ever. */
  private static final CallOptions CALL =
      CallOptions.withDefaults().withDeadline(Duration.ofMinutes(1));

  private final AliasFollower challenger;
  private final Executor executor;
  private final Set<ChallengerCall> calls = ConcurrentHashMap.newKeySet();

  Shadow(AliasFollower challenger, Executor executor) {
    this.challenger = challenger;
    this.executor = executor;
  }

  ShadowStatus status() {
    return challenger.serves()
        ? challenger
            .current()
            .get()
            .tally()
            .status(challenger.servedBy(), challenger.refused(), challenger.waiting())
        : new Tally().status(Optional.empty(), challenger.refused(), challenger.waiting());
  }

  void refresh() {
    challenger.refresh();
  }

  void tick() {
    challenger.tick();
  }

  /** Keeps a batch and its answer for the challenger; never throws. */
  void offer(FeatureBatch batch, Prediction answer) {
    if (hasRoomFor(answer.rows())) {
      try {
        FeatureBatch features = batch.retain();
        try {
          submit(new BatchCall(features, answer.outputs().retain()));
        } catch (RuntimeException e) {
          features.close();
          throw e;
        }
      } catch (RuntimeException e) {
        failed(answer.rows(), e);
      }
    }
  }

  /** Keeps records and their answers for the challenger; never throws. */
  <I extends Record, O extends Record> void offer(RowKey key, List<I> rows, List<O> answers) {
    if (hasRoomFor(rows.size())) {
      try {
        submit(new RowsCall<>(key, List.copyOf(rows), answers));
      } catch (RuntimeException e) {
        failed(rows.size(), e);
      }
    }
  }

  private boolean hasRoomFor(int rows) {
    if (!challenger.serves()) {
      return false;
    }
    if (calls.size() >= MOST_CALLS) {
      challenger.current().get().tally().dropped(rows);
      return false;
    }
    return true;
  }

  private void submit(ChallengerCall job) {
    calls.add(job);
    try {
      executor.execute(job);
    } catch (RuntimeException e) {
      job.cancel();
      throw e;
    }
  }

  private void failed(int rows, Throwable cause) {
    challenger.current().get().tally().failed(rows);
    LOG.debug("a challenger did not answer", cause);
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    challenger.checkClosable();
  }

  /** Waits for running calls, and drops queued calls. */
  void close() {
    calls.forEach(ChallengerCall::cancel);
    challenger.close();
    synchronized (calls) {
      while (!calls.isEmpty()) {
        try {
          calls.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private abstract class ChallengerCall implements Runnable {
    private final int rows;
    private final AtomicBoolean taken = new AtomicBoolean();

    ChallengerCall(int rows) {
      this.rows = rows;
    }

    abstract void call(Served served, Difference difference) throws Throwable;

    abstract void free();

    void cancel() {
      if (taken.compareAndSet(false, true)) {
        end();
      }
    }

    private void end() {
      free();
      calls.remove(this);
      synchronized (calls) {
        calls.notifyAll();
      }
    }

    @Override
    public void run() {
      if (taken.compareAndSet(false, true)) {
        try {
          callChallenger();
        } finally {
          end();
        }
      }
    }

    private void callChallenger() {
      Served served;
      try {
        served = challenger.current().acquire();
      } catch (IllegalStateException closed) {
        return;
      }
      try {
        Difference difference = new Difference();
        call(served, difference);
        served.tally().compared(rows, difference);
      } catch (Throwable e) { // accessors of records may throw anything
        failed(rows, e);
      } finally {
        served.release();
      }
    }
  }

  private final class BatchCall extends ChallengerCall {
    private final FeatureBatch features;
    private final FeatureBatch answer;

    BatchCall(FeatureBatch features, FeatureBatch answer) {
      super(features.rows());
      this.features = features;
      this.answer = answer;
    }

    @Override
    void call(Served served, Difference difference) {
      try (Prediction other = served.model().predictHeld(features, CALL)) {
        VectorSchemaRoot outputs = other.outputs().root();
        for (FieldVector champion : answer.root().getFieldVectors()) {
          FieldVector challenger = outputs.getVector(champion.getName());
          for (int row = 0; row < champion.getValueCount(); row++) {
            difference.compare(
                champion.getObject(row), challenger == null ? null : challenger.getObject(row));
          }
        }
      }
    }

    @Override
    void free() {
      features.close();
      answer.close();
    }
  }

  private final class RowsCall<I extends Record, O extends Record> extends ChallengerCall {
    private final RowKey key;
    private final List<I> rows;
    private final List<O> answers;

    RowsCall(RowKey key, List<I> rows, List<O> answers) {
      super(rows.size());
      this.key = key;
      this.rows = rows;
      this.answers = answers;
    }

    @Override
    @SuppressWarnings("unchecked") // the key has the classes that the types came from
    void call(Served served, Difference difference) throws Throwable {
      RecordParts parts = new RecordParts(key);
      List<O> others = ((RowModel<I, O>) served.rows(key)).predict(rows);
      for (int i = 0; i < answers.size(); i++) {
        parts.compare(answers.get(i), others.get(i), difference);
      }
    }

    @Override
    void free() {}
  }
}
