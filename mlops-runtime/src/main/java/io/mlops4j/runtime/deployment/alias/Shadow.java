package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.internal.AnswerCell;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.ShadowStatus;
import io.mlops4j.runtime.serving.HeldRows;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a challenger with rows that the champion has answered.
 *
 * <p>The caller only keeps the rows and the answer, in an object that is used again. The challenger
 * runs in a thread of its own. Rows that do not fit into the queue are dropped and counted before
 * anything is kept.
 */
final class Shadow {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final ModelRef champion;
  private final AliasFollower challenger;
  private final CallCounter calls;
  private final double tolerance;
  private final double share;
  private final BufferAllocator allocator;

  /** With a deadline, so that a challenger that hangs does not occupy the thread for ever. */
  private final CallOptions options;

  private final ShadowRing ring;
  private final ShadowThread thread;
  private volatile @Nullable Tally tally;

  /** The accessors of the last class of records; only the thread uses it. */
  private @Nullable KnownParts parts;

  private record KnownParts(RowKey key, RecordParts parts) {}

  /**
   * @param calls counts the calls of both
   */
  Shadow(DeploymentBuilder built, AliasFollower challenger, CallCounter calls) {
    this.champion = ModelRef.parse(built.ref);
    this.challenger = challenger;
    this.calls = calls;
    this.tolerance = built.tolerance;
    this.share = built.shadowShare;
    this.allocator = built.loader.allocator();
    this.options = CallOptions.withDefaults().withDeadline(built.shadowDeadline);
    this.ring = new ShadowRing(() -> new ShadowCall(built.loader.outputCopy()));
    this.thread = new ShadowThread("mlops4j-shadow-" + built.ref, new Calls());
  }

  /** Starts the thread. */
  void start() {
    thread.start();
  }

  ShadowStatus status() {
    Served now = current();
    Tally known = tally;
    return known != null && isOf(known, now)
        ? known.status(
            challenger.servedBy(), challenger.refused(), challenger.waiting(), calls.comparison())
        : new ShadowStatus(
            challenger.servedBy(),
            challenger.refused(),
            challenger.waiting(),
            Optional.empty(),
            0,
            0,
            0,
            0,
            List.of(),
            calls.comparison());
  }

  @Nullable Served current() {
    return challenger.current().orNull();
  }

  void refresh(Duration most) {
    challenger.refresh(most);
  }

  /** The newest record of the challenger's alias that was read. */
  Optional<AliasRecord> newest() {
    return challenger.newest();
  }

  void tick() {
    challenger.tick();
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object unless it was swapped
  private static boolean isOf(Tally known, @Nullable Served challenger) {
    return known.challenger() == challenger;
  }

  /**
   * Returns the comparison that an answer belongs to; null if there is none, such as for an answer
   * of a candidate, or if the call was not chosen.
   */
  @SuppressWarnings("ReferenceEquality") // one instance per swap; comparing digests is slow
  private @Nullable Tally tallyOf(ServedBy answeredBy) {
    if (share < 1 && ThreadLocalRandom.current().nextDouble() >= share) {
      return null;
    }
    Served now = current();
    Tally known = tally;
    if (known != null && known.champion() == answeredBy && isOf(known, now)) {
      return known;
    }
    return now != null && isChampions(answeredBy) ? renewed(answeredBy) : null;
  }

  /** Whether the version of the champion's alias answered, and not a candidate. */
  private boolean isChampions(ServedBy answeredBy) {
    AliasRecord record = answeredBy.alias().orElse(null);
    return record != null
        && record.model().equals(champion.name())
        && record.alias().equals(champion.alias().orElseThrow());
  }

  /** The comparison begins anew when either version was swapped. */
  private synchronized @Nullable Tally renewed(ServedBy answeredBy) {
    Served now = current();
    Tally known = tally;
    if (now == null) {
      return null;
    }
    if (known == null || !isOf(known, now)) {
      known = new Tally(now, answeredBy, tolerance);
    } else if (known.isAfter(answeredBy)) {
      return null;
    } else if (known.continuesWith(answeredBy)) {
      known.setChampion(answeredBy);
    } else {
      known = new Tally(now, answeredBy, tolerance);
    }
    tally = known;
    return known;
  }

  /** Keeps a batch and its answer for the challenger; never throws. */
  void offer(FeatureBatch batch, Prediction answer) {
    Tally to = tallyOf(answer.servedBy());
    ShadowCall call = to == null ? null : claim(to, answer.rows());
    if (to != null && call != null) {
      try {
        call.set(to, batch, answer);
      } catch (Throwable e) { // nothing may reach the caller
        failed(call, to, answer.rows(), e);
      }
      publish(call);
    }
  }

  /** Keeps a record and its answer for the challenger; never throws. */
  void offer(RowKey key, Record row, Record answer, ServedBy answeredBy) {
    Tally to = tallyOf(answeredBy);
    ShadowCall call = to == null ? null : claim(to, 1);
    if (to != null && call != null) {
      call.set(to, key, row, answer);
      publish(call);
    }
  }

  /** Keeps records and their answers for the challenger; never throws. */
  void offer(
      RowKey key,
      List<? extends Record> rows,
      List<? extends Record> answers,
      ServedBy answeredBy) {
    Tally to = tallyOf(answeredBy);
    ShadowCall call = to == null ? null : claim(to, answers.size());
    if (to != null && call != null) {
      try {
        call.set(to, key, rows, answers);
      } catch (Throwable e) {
        failed(call, to, answers.size(), e);
      }
      publish(call);
    }
  }

  private @Nullable ShadowCall claim(Tally to, int rows) {
    ShadowCall call = ring.claim();
    if (call == null) {
      to.dropped(rows);
    }
    return call;
  }

  private void failed(ShadowCall call, Tally to, int rows, Throwable cause) {
    call.clear();
    to.failed(rows);
    LOG.debug("the rows of a call could not be kept for a challenger", cause);
  }

  private void publish(ShadowCall call) {
    ring.publish(call);
    thread.wake();
  }

  /** Throws if closing would be refused now. */
  void checkClosable() {
    challenger.versions().checkClosable();
  }

  /**
   * Waits for running calls, and drops queued calls. The champion's calls have ended, so no caller
   * keeps rows any more.
   */
  void close() {
    thread.stop();
    challenger.close();
    thread.join();
  }

  /** Calls the challenger. */
  private final class Calls implements ShadowThread.Work {
    @Override
    public boolean next() {
      ShadowCall call = ring.poll();
      if (call == null) {
        return false;
      }
      Tally to = call.tally();
      try {
        if (to != null) {
          call(to, call);
        }
      } finally {
        call.clear();
        ring.recycle(call);
      }
      return true;
    }

    @Override
    public boolean isEmpty() {
      return ring.isEmpty();
    }

    @Override
    public boolean isUrgent() {
      return ring.isHalfFull();
    }

    @Override
    public void end() {
      ring.free();
    }

    /** Rows of a comparison that has ended need no answer. */
    @SuppressWarnings("ReferenceEquality") // the same object until a version is swapped
    private void call(Tally to, ShadowCall call) {
      Served served = to.challenger();
      if (to != tally || !served.model().acquire()) {
        return;
      }
      try {
        RowKey key = call.key();
        if (key == null) {
          callWithBatch(served, to, call);
        } else {
          callWithRecords(key, served, to, call);
        }
      } catch (Throwable e) { // accessors of records may throw anything
        to.failed(call.rows());
        LOG.debug("a challenger did not answer", e);
      } finally {
        served.release();
      }
    }

    private void callWithBatch(Served served, Tally to, ShadowCall call) {
      try (Prediction other = served.model().predictHeld(call.features(), options)) {
        Outputs ours = call.outputs();
        if (ours == null) {
          to.compare(new BatchAnswers(call.answer(), other.outputs()));
        } else if (!to.compare(ours, ((Answer) other).outputsByRow())) {
          try (VectorSchemaRoot root = ours.root(allocator);
              FeatureBatch batch = FeatureBatch.of(root)) {
            to.compare(new BatchAnswers(batch, other.outputs()));
          }
        }
      }
    }

    @SuppressWarnings("unchecked") // the key has the classes that the types came from
    private void callWithRecords(RowKey key, Served served, Tally to, ShadowCall call)
        throws Throwable {
      List<Record> others =
          ((HeldRows<Record, Record>) served.rows(key)).predict(call.asked(), options);
      to.compare(new RowAnswers(parts(key), call.answered(), others));
    }

    private RecordParts parts(RowKey key) throws IllegalAccessException {
      KnownParts known = parts;
      if (known == null || !known.key().equals(key)) {
        known = new KnownParts(key, RecordParts.ofOutput(key));
        parts = known;
      }
      return known.parts();
    }
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
