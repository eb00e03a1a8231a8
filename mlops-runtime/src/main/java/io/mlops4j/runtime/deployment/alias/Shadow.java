package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.ShadowStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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

  private final String champion;
  private final AliasFollower challenger;
  private final CallCounter calls;
  private final double tolerance;
  private final Executor executor;
  private final Set<ChallengerCall> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param champion the alias whose answers are compared
   * @param calls counts the calls of both
   * @param tolerance by which numbers may differ
   */
  Shadow(
      String champion,
      AliasFollower challenger,
      CallCounter calls,
      double tolerance,
      Executor executor) {
    this.champion = champion;
    this.challenger = challenger;
    this.calls = calls;
    this.tolerance = tolerance;
    this.executor = executor;
  }

  ShadowStatus status() {
    Tally tally = challenger.serves() ? challenger.current().get().tally() : new Tally();
    return tally.status(
        challenger.servedBy(), challenger.refused(), challenger.waiting(), calls.comparison());
  }

  @Nullable Served current() {
    return challenger.current().orNull();
  }

  void refresh() {
    challenger.refresh();
  }

  void tick() {
    challenger.tick();
  }

  /** Whether the version of the champion's alias answered, and not a candidate. */
  private boolean isChampions(ServedBy answeredBy) {
    AliasRecord record = answeredBy.alias().orElse(null);
    return record != null && (record.model() + "@" + record.alias()).equals(champion);
  }

  /** Keeps a batch and its answer for the challenger; never throws. */
  void offer(FeatureBatch batch, Prediction answer) {
    if (isChampions(answer.servedBy()) && hasRoomFor(answer.rows())) {
      try {
        FeatureBatch features = batch.retain();
        try {
          submit(new BatchCall(features, answer.outputs().retain(), answer.servedBy()));
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
  <I extends Record, O extends Record> void offer(
      RowKey key, List<I> rows, List<O> answers, ServedBy answeredBy) {
    if (isChampions(answeredBy) && hasRoomFor(rows.size())) {
      try {
        submit(new RowsCall<>(key, List.copyOf(rows), answers, answeredBy));
      } catch (RuntimeException e) {
        failed(rows.size(), e);
      }
    }
  }

  private boolean hasRoomFor(int rows) {
    if (!challenger.serves()) {
      return false;
    }
    if (waiting.size() >= MOST_CALLS) {
      challenger.current().get().tally().dropped(rows);
      return false;
    }
    return true;
  }

  private void submit(ChallengerCall job) {
    waiting.add(job);
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
    waiting.forEach(ChallengerCall::cancel);
    challenger.close();
    synchronized (waiting) {
      while (!waiting.isEmpty()) {
        try {
          waiting.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private abstract class ChallengerCall implements Runnable {
    private final int rows;
    private final ServedBy answeredBy;
    private final AtomicBoolean taken = new AtomicBoolean();

    ChallengerCall(int rows, ServedBy answeredBy) {
      this.rows = rows;
      this.answeredBy = answeredBy;
    }

    abstract void call(Served served) throws Throwable;

    void compare(Served served, Tally.Answers answers) throws Throwable {
      served.tally().compare(answeredBy, tolerance, answers);
    }

    abstract void free();

    void cancel() {
      if (taken.compareAndSet(false, true)) {
        end();
      }
    }

    private void end() {
      free();
      waiting.remove(this);
      synchronized (waiting) {
        waiting.notifyAll();
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
        call(served);
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

    BatchCall(FeatureBatch features, FeatureBatch answer, ServedBy answeredBy) {
      super(features.rows(), answeredBy);
      this.features = features;
      this.answer = answer;
    }

    @Override
    void call(Served served) throws Throwable {
      try (Prediction other = served.model().predictHeld(features, CALL)) {
        compare(served, new BatchAnswers(answer, other.outputs()));
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

    RowsCall(RowKey key, List<I> rows, List<O> answers, ServedBy answeredBy) {
      super(rows.size(), answeredBy);
      this.key = key;
      this.rows = rows;
      this.answers = answers;
    }

    @Override
    @SuppressWarnings("unchecked") // the key has the classes that the types came from
    void call(Served served) throws Throwable {
      RecordParts parts = new RecordParts(key);
      List<O> others = ((RowModel<I, O>) served.rows(key)).predict(rows);
      compare(served, new RowAnswers(parts, answers, others));
    }

    @Override
    void free() {}
  }

  private record BatchAnswers(FeatureBatch champions, FeatureBatch challengers)
      implements Tally.Answers {
    @Override
    public int rows() {
      return champions.rows();
    }

    @Override
    public Map<String, AnswerCell> champion(int row) {
      return AnswerCell.row(champions, row);
    }

    @Override
    public Map<String, AnswerCell> challenger(int row) {
      return AnswerCell.row(challengers, row);
    }
  }

  private record RowAnswers(
      RecordParts parts, List<? extends Record> champions, List<? extends Record> challengers)
      implements Tally.Answers {
    @Override
    public int rows() {
      return champions.size();
    }

    @Override
    public Map<String, AnswerCell> champion(int row) throws Throwable {
      return parts.cells(champions.get(row));
    }

    @Override
    public Map<String, AnswerCell> challenger(int row) throws Throwable {
      return parts.cells(challengers.get(row));
    }
  }
}
