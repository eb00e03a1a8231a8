package io.mlops4j.runtime.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Priority;
import io.mlops4j.runtime.serving.threads.Deadlines;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The queue and its limits, with an asker that the test holds. Row 0 keeps the only processor. */
class RowBatcherTest {
  private static final Duration SHORT = Duration.ofMillis(10);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final Deadlines deadlines = new Deadlines(Thread::new);
  private final ConcurrentLinkedQueue<List<Integer>> runs = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<RuntimeException> refused = new ConcurrentLinkedQueue<>();
  private final CountDownLatch holding = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);

  @AfterEach
  void end() {
    mayEnd.countDown();
    threads.shutdownNow();
    workers.shutdownNow();
    deadlines.close();
  }

  /** Ten times each row; refuses negative rows, and runs of 7 last longer than any deadline. */
  private List<Integer> ask(List<Integer> rows, Duration within, long since) {
    runs.add(rows);
    if (rows.contains(0)) {
      holding.countDown();
      UninterruptibleWait.uninterruptibly(mayEnd);
    }
    if (rows.contains(7) && within != null) {
      throw new DeadlineException("longer than " + within);
    }
    if (rows.stream().anyMatch(row -> row < 0)) {
      throw new IllegalArgumentException("a row of " + rows);
    }
    return rows.stream().map(row -> 10 * row).toList();
  }

  private final CallQueue queue = new CallQueue(1, workers);

  private RowBatcher<Integer, Integer> batcher(MicroBatching limits) {
    return batcher(limits, queue);
  }

  /** Rows of equal parity have the same shape. */
  private RowBatcher<Integer, Integer> batcher(MicroBatching limits, CallQueue queue) {
    return batcher(limits, queue, this::ask, row -> Math.floorMod(row, 2));
  }

  private RowBatcher<Integer, Integer> batcher(
      MicroBatching limits,
      CallQueue queue,
      RowBatcher.Asker<Integer, Integer> asker,
      Function<Integer, Object> shape) {
    return new RowBatcher<>(
        limits,
        queue,
        asker,
        shape,
        () -> 1,
        System::nanoTime,
        deadlines,
        threads,
        (rows, since, why) -> refused.add(why));
  }

  private static MicroBatching upTo(int rows) {
    return MicroBatching.upTo(rows).withoutMeasuring();
  }

  /** Queues rows, one after the other, while row 0 keeps the only processor. */
  private List<Future<Integer>> pileUp(RowBatcher<Integer, Integer> batcher, int... rows)
      throws Exception {
    Future<Integer> unused = threads.submit(() -> batcher.ask(0, null));
    holding.await();
    List<Future<Integer>> waiting = new ArrayList<>();
    for (int row : rows) {
      waiting.add(threads.submit(() -> batcher.ask(row, null)));
      awaitWaiting(waiting.size());
    }
    return waiting;
  }

  private void awaitWaiting(int count) {
    Waits.until(count + " calls wait", () -> queue.waiting() >= count);
  }

  @Test
  void idleCallerAsksAlone() {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    assertThat(batcher.ask(4, null)).isEqualTo(40);
    assertThat(batcher.ask(5, null)).isEqualTo(50);
    assertThat(runs).containsExactly(List.of(4), List.of(5));
  }

  @Test
  void failureIsTheCallersOwnAndGivesTheProcessorBack() {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    assertThatThrownBy(() -> batcher.ask(-1, null)).hasMessage("a row of [-1]");
    assertThat(batcher.ask(1, null)).isEqualTo(10);
  }

  @Test
  void whatPiledUpIsAnsweredTogetherUpToTheBound() throws Exception {
    List<Future<Integer>> waiting = pileUp(batcher(upTo(4)), 2, 4, 6, 8, 12);
    mayEnd.countDown();
    for (int i = 0; i < 5; i++) {
      assertThat(waiting.get(i).get()).isEqualTo(List.of(20, 40, 60, 80, 120).get(i));
    }
    assertThat(runs).containsExactly(List.of(0), List.of(2, 4, 6, 8), List.of(12));
  }

  private record Asked(int row, Priority priority) {}

  /** Batches calls of one shape, each of which has a priority. */
  private RowBatcher<Asked, Integer> ofPriorities(int most) {
    RowBatcher.Asker<Asked, Integer> asker =
        new RowBatcher.Asker<>() {
          @Override
          public List<Integer> ask(List<Asked> asked, @Nullable Duration within, long since) {
            return RowBatcherTest.this.ask(asked.stream().map(Asked::row).toList(), within, since);
          }

          @Override
          public Priority priority(Asked asked) {
            return asked.priority();
          }
        };
    return new RowBatcher<>(
        upTo(most),
        queue,
        asker,
        asked -> 0,
        () -> 1,
        System::nanoTime,
        deadlines,
        threads,
        (rows, since, why) -> refused.add(why));
  }

  private static final List<Asked> MIXED =
      List.of(
          new Asked(1, Priority.LOW),
          new Asked(2, Priority.NORMAL),
          new Asked(3, Priority.HIGH),
          new Asked(4, Priority.LOW),
          new Asked(5, Priority.NORMAL),
          new Asked(6, Priority.HIGH));

  @Test
  void callsThatWaitAreAnsweredByPriorityAndThenInTheirOrder() throws Exception {
    RowBatcher<Asked, Integer> batcher = ofPriorities(2);
    Future<Integer> unused = threads.submit(() -> batcher.ask(new Asked(0, Priority.NORMAL), null));
    holding.await();
    List<Future<Integer>> waiting = new ArrayList<>();
    for (Asked asked : MIXED) {
      waiting.add(threads.submit(() -> batcher.ask(asked, null)));
      awaitWaiting(waiting.size());
    }
    mayEnd.countDown();
    for (Future<Integer> each : waiting) {
      each.get();
    }
    assertThat(runs).containsExactly(List.of(0), List.of(3, 6), List.of(2, 5), List.of(1, 4));
  }

  @Test
  void asynchronousCallsThatWaitAreAnsweredByPriority() throws Exception {
    RowBatcher<Asked, Integer> batcher = ofPriorities(1);
    Future<Integer> unused = threads.submit(() -> batcher.ask(new Asked(0, Priority.NORMAL), null));
    holding.await();
    List<CompletableFuture<Integer>> waiting = new ArrayList<>();
    for (Asked asked : MIXED) {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      Runnable unusedToo = batcher.askAsync(asked, null, completing(future));
      waiting.add(future);
    }
    mayEnd.countDown();
    for (CompletableFuture<Integer> each : waiting) {
      each.get();
    }
    assertThat(runs)
        .containsExactly(
            List.of(0), List.of(3), List.of(6), List.of(2), List.of(5), List.of(1), List.of(4));
  }

  @Test
  void onlyEqualShapesAreAnsweredTogether() throws Exception {
    List<Future<Integer>> waiting = pileUp(batcher(upTo(8)), 2, 3, 4, 5);
    mayEnd.countDown();
    for (Future<Integer> each : waiting) {
      each.get();
    }
    assertThat(runs).containsExactlyInAnyOrder(List.of(0), List.of(2, 4), List.of(3, 5));
  }

  @Test
  void badRowFailsAloneAndItsNeighboursAreAnswered() throws Exception {
    List<Future<Integer>> waiting = pileUp(batcher(upTo(8)), 2, -2, 4);
    mayEnd.countDown();
    assertThat(waiting.get(0).get()).isEqualTo(20);
    assertThatThrownBy(waiting.get(1)::get).hasRootCauseMessage("a row of [-2]");
    assertThat(waiting.get(2).get()).isEqualTo(40);
  }

  @Test
  void groupRunsWithinTheFirstDeadlineAndTheOthersAreAnsweredAlone() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    List<Future<Integer>> waiting = pileUp(batcher, 7, 9);
    Future<Integer> hurried = threads.submit(() -> batcher.ask(11, Duration.ofMinutes(1)));
    awaitWaiting(3);
    mayEnd.countDown();
    assertThat(waiting.get(0).get()).isEqualTo(70);
    assertThat(waiting.get(1).get()).isEqualTo(90);
    assertThat(hurried.get()).isEqualTo(110);
    assertThat(runs)
        .containsExactlyInAnyOrder(
            List.of(0), List.of(7, 9, 11), List.of(7), List.of(9), List.of(11));
  }

  /** As above: the leader comes while the other cannot wake. */
  @Test
  @SuppressWarnings("GuardedBy") // the test holds the lock of the queue
  void whatFailsInTheHandsOfAnotherIsAskedAgainByItsOwnThread() throws Exception {
    ConcurrentLinkedQueue<List<Integer>> forOthers = new ConcurrentLinkedQueue<>();
    RowBatcher.Asker<Integer, Integer> asker =
        new RowBatcher.Asker<>() {
          @Override
          public List<Integer> ask(List<Integer> rows, @Nullable Duration within, long since) {
            return RowBatcherTest.this.ask(rows, within, since);
          }

          @Override
          public List<Integer> askForOthers(
              List<Integer> rows, @Nullable Duration within, long since) {
            forOthers.add(rows);
            throw new IllegalArgumentException("told to nobody");
          }
        };
    RowBatcher<Integer, Integer> batcher = batcher(upTo(1), queue, asker, row -> 0);
    assertThat(queue.tryEnter()).isTrue();
    Future<Integer> other = threads.submit(() -> batcher.ask(5, null));
    awaitWaiting(1);
    synchronized (queue) {
      queue.leave();
      assertThat(batcher.ask(11, null)).isEqualTo(110);
    }
    assertThat(other.get()).isEqualTo(50);
    assertThat(forOthers).containsExactly(List.of(5));
    assertThat(runs).containsExactlyInAnyOrder(List.of(11), List.of(5));
  }

  @Test
  void neighboursOfAFailureAreNotHeldToHowLongTheyWaitedBefore() throws Exception {
    Duration limit = Duration.ofSeconds(3);
    CountDownLatch alone = new CountDownLatch(1);
    RowBatcher.Asker<Integer, Integer> asker =
        (rows, within, since) -> {
          if (rows.size() > 1) {
            spinUntil(since + limit.plusMillis(100).toNanos());
          } else if (rows.contains(2) || rows.contains(4)) {
            if (alone.getCount() == 1) {
              alone.countDown();
              spinUntil(System.nanoTime() + 200_000_000); // the others find no processor
            }
          }
          return ask(rows, within, since);
        };
    RowBatcher<Integer, Integer> batcher =
        batcher(upTo(8).withWaitLimit(limit), queue, asker, row -> Math.floorMod(row, 2));
    List<Future<Integer>> waiting = pileUp(batcher, 2, -2, 4);
    mayEnd.countDown();

    assertThat(waiting.get(0).get()).isEqualTo(20);
    assertThatThrownBy(waiting.get(1)::get).hasRootCauseMessage("a row of [-2]");
    assertThat(waiting.get(2).get()).isEqualTo(40);
  }

  private static void spinUntil(long nanos) {
    while (System.nanoTime() < nanos) {
      Thread.onSpinWait();
    }
  }

  /**
   * A caller that comes when a processor has just become free leads those who wait, if they have
   * not woken yet: here they cannot, as the queue is locked. They are more than one run takes, so
   * that the leader is not among them.
   */
  @Test
  @SuppressWarnings("GuardedBy") // the test holds the lock of the queue
  void whoLeadsOthersIsNotKeptByThemBeyondItsDeadlineAndDoesNotFailThem() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(2));
    assertThat(queue.tryEnter()).isTrue();
    List<Future<Integer>> patient = new ArrayList<>();
    for (int row : new int[] {7, 9}) {
      patient.add(threads.submit(() -> batcher.ask(row, null)));
      awaitWaiting(patient.size());
    }
    synchronized (queue) {
      queue.leave();
      assertThat(batcher.ask(11, Duration.ofMinutes(1))).isEqualTo(110);
      assertThat(runs)
          .as("those who waited, within the leader's deadline, then the leader")
          .containsExactly(List.of(7, 9), List.of(11));
    }
    assertThat(patient.get(0).get()).isEqualTo(70);
    assertThat(patient.get(1).get()).isEqualTo(90);
    assertThat(runs).containsExactlyInAnyOrder(List.of(7, 9), List.of(11), List.of(7), List.of(9));
  }

  /** Each is as many rows as its value. */
  private RowBatcher<Integer, Integer> ofManyRows(MicroBatching limits) {
    RowBatcher.Asker<Integer, Integer> asker =
        new RowBatcher.Asker<>() {
          @Override
          public List<Integer> ask(List<Integer> rows, @Nullable Duration within, long since) {
            return RowBatcherTest.this.ask(rows, within, since);
          }

          @Override
          public int rows(Integer asked) {
            return Math.max(1, asked);
          }
        };
    return batcher(limits, queue, asker, row -> 0);
  }

  @Test
  void rowsOfARunAreCountedAndNobodyIsOvertaken() throws Exception {
    List<Future<Integer>> waiting = pileUp(ofManyRows(upTo(8)), 3, 4, 5, 1, 8, 2);
    mayEnd.countDown();
    for (Future<Integer> each : waiting) {
      each.get();
    }
    assertThat(runs)
        .containsExactly(List.of(0), List.of(3, 4), List.of(5, 1), List.of(8), List.of(2));
  }

  @Test
  void boundOnTheQueueCountsRowsAndLetsWhoeverIsFirstWait() throws Exception {
    RowBatcher<Integer, Integer> batcher = ofManyRows(upTo(8).withQueueLimit(5));
    List<Future<Integer>> waiting = pileUp(batcher, 6);
    assertThatThrownBy(() -> batcher.ask(1, null))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining(
            "found 6 rows that wait for a processor and 1 more, expected at most 5");
    assertThat(batcher.waiting()).isEqualTo(6);
    mayEnd.countDown();
    assertThat(waiting.get(0).get()).isEqualTo(60);
    assertThat(batcher.waiting()).isZero();
  }

  /** As above, but with one that fills a run of its own: it is not failed by another's deadline. */
  @Test
  @SuppressWarnings("GuardedBy") // the test holds the lock of the queue
  void whoIsAloneInARunThatAnotherLeadsIsAskedAgain() throws Exception {
    RowBatcher<Integer, Integer> batcher = ofManyRows(upTo(8));
    assertThat(queue.tryEnter()).isTrue();
    Future<Integer> patient = threads.submit(() -> batcher.ask(7, null));
    awaitWaiting(1);
    synchronized (queue) {
      queue.leave();
      assertThat(batcher.ask(2, Duration.ofMinutes(1))).isEqualTo(20);
    }
    assertThat(patient.get()).isEqualTo(70);
    assertThat(runs).containsExactly(List.of(7), List.of(2), List.of(7));
  }

  @Test
  void deadlineEndsTheWait() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    pileUp(batcher);
    assertThatThrownBy(() -> batcher.ask(2, SHORT)).isInstanceOf(DeadlineException.class);
    assertThat(batcher.waiting()).isZero();
    CompletableFuture<Integer> future = new CompletableFuture<>();
    Runnable unused = batcher.askAsync(2, SHORT, completing(future));
    assertThatThrownBy(future::get).hasCauseInstanceOf(DeadlineException.class);
    assertThat(batcher.waiting()).isZero();
  }

  private static RowBatcher.Completion<Integer> completing(CompletableFuture<Integer> future) {
    return (answer, error, company) -> {
      boolean first = error == null ? future.complete(answer) : future.completeExceptionally(error);
      assertThat(first).as("it is told once").isTrue();
    };
  }

  @Test
  void boundOnTheTimeInTheQueue() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8).withWaitLimit(SHORT));
    pileUp(batcher);
    assertThatThrownBy(() -> batcher.ask(2, Duration.ofMinutes(1)))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("waited for a processor longer than 10 ms");
    assertThatThrownBy(() -> batcher.ask(2, Duration.ofNanos(1)))
        .isInstanceOf(DeadlineException.class);
    assertThat(refused)
        .extracting(Object::getClass)
        .containsExactly(OverloadedException.class, DeadlineException.class);
  }

  @Test
  void whatHearsOfALateCallKeepsNoOtherDeadline() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    pileUp(batcher);
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Runnable unused =
        batcher.askAsync(
            2,
            SHORT,
            (answer, error, company) -> {
              told.countDown();
              UninterruptibleWait.uninterruptibly(goOn);
            });
    told.await();
    CompletableFuture<Integer> second = new CompletableFuture<>();
    Runnable unusedToo = batcher.askAsync(4, SHORT, completing(second));
    assertThatThrownBy(second::get).hasCauseInstanceOf(DeadlineException.class);
    goOn.countDown();
  }

  @Test
  void whoIsAnsweredWithOthersIsToldSo() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    pileUp(batcher);
    List<CompletableFuture<Boolean>> companies = new ArrayList<>();
    for (int row : new int[] {2, 4, 3}) {
      CompletableFuture<Boolean> company = new CompletableFuture<>();
      companies.add(company);
      Runnable unused =
          batcher.askAsync(row, null, (answer, error, many) -> company.complete(many));
    }
    mayEnd.countDown();
    assertThat(companies.get(0).get()).isTrue();
    assertThat(companies.get(1).get()).isTrue();
    assertThat(companies.get(2).get()).as("of another shape").isFalse();
  }

  @Test
  void boundOnTheQueue() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8).withQueueLimit(2));
    List<Future<Integer>> waiting = pileUp(batcher, 2, 4);
    assertThatThrownBy(() -> batcher.ask(6, null))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("found 2 rows that wait");
    assertThatThrownBy(() -> batcher.askAsync(6, null, completing(new CompletableFuture<>())))
        .isInstanceOf(OverloadedException.class);
    mayEnd.countDown();
    assertThat(waiting.get(1).get()).isEqualTo(40);
    assertThat(batcher.ask(6, null)).isEqualTo(60);
  }

  @Test
  void cancelledRecordLeavesTheQueue() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    pileUp(batcher);
    CompletableFuture<Integer> first = new CompletableFuture<>();
    CompletableFuture<Integer> second = new CompletableFuture<>();
    Runnable cancel = batcher.askAsync(2, null, completing(first));
    Runnable unused = batcher.askAsync(4, null, completing(second));
    cancel.run();
    cancel.run();
    assertThatThrownBy(first::join).isInstanceOf(CancellationException.class);
    mayEnd.countDown();
    assertThat(second.get()).isEqualTo(40);
    assertThat(runs).containsExactly(List.of(0), List.of(4));
    cancel.run();
  }

  @Test
  void interruptDoesNotEndTheWaitAndIsKept() throws Exception {
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8));
    pileUp(batcher);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Future<Boolean> interrupted =
        threads.submit(
            () -> {
              thread.complete(Thread.currentThread());
              assertThat(batcher.ask(2, null)).isEqualTo(20);
              return Thread.interrupted();
            });
    awaitWaiting(1);
    thread.get().interrupt();
    mayEnd.countDown();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void modelsShareTheProcessors() throws Exception {
    RowBatcher<Integer, Integer> one = batcher(upTo(8));
    RowBatcher<Integer, Integer> other = batcher(upTo(8));
    List<Future<Integer>> waiting = new ArrayList<>(pileUp(one, 2, 4));
    waiting.add(threads.submit(() -> other.ask(6, null)));
    awaitWaiting(3);
    mayEnd.countDown();
    for (Future<Integer> each : waiting) {
      each.get();
    }
    assertThat(runs).containsExactlyInAnyOrder(List.of(0), List.of(2, 4), List.of(6));
  }

  /** Whether a call is queued although the only processor is free. */
  private boolean isQueuedBeside(int asking, MicroBatching limits) {
    AtomicBoolean waited = new AtomicBoolean();
    RowBatcher<Integer, Integer> batcher =
        new RowBatcher<>(
            limits,
            queue,
            (rows, within, since) -> {
              waited.set(since != RowBatcher.Asker.AT_ONCE);
              return rows;
            },
            row -> 0,
            () -> asking,
            System::nanoTime,
            deadlines,
            threads,
            (rows, since, why) -> {});
    assertThat(batcher.ask(3, null)).isEqualTo(3);
    return waited.get();
  }

  /** So that callers that come back from a run find each other in the queue. */
  @Test
  void callIsQueuedWhileThereAreMoreCallersThanProcessors() {
    assertThat(isQueuedBeside(2, upTo(8))).isTrue();
    assertThat(isQueuedBeside(2, upTo(8).withQueueLimit(2))).isTrue();
  }

  @Test
  void callThatFindsAProcessorRunsAtOnceWithFewCallersOrAShortQueue() {
    assertThat(isQueuedBeside(1, upTo(8))).isFalse();
    assertThat(isQueuedBeside(3, upTo(8).withQueueLimit(2))).isFalse();
  }

  @Test
  void callThatFindsNoThreadIsNotLeftInTheQueue() {
    CallQueue threadless =
        new CallQueue(
            1,
            work -> {
              throw new RejectedExecutionException("planted");
            });
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8), threadless);
    List<String> ends = new ArrayList<>();
    assertThatThrownBy(
            () -> batcher.askAsync(4, null, (answer, error, company) -> ends.add("ended")))
        .isInstanceOf(RejectedExecutionException.class);
    assertThat(threadless.waiting()).isZero();
    assertThat(batcher.waiting()).isZero();
    assertThat(ends).isEmpty();
    assertThat(batcher.ask(5, null)).isEqualTo(50);
  }

  /** Two calls of 50 rows are answered together; their rows fill the queue until they end. */
  @Test
  void callIsNotRefusedWhileAProcessorIsFree() throws Exception {
    CallQueue both = new CallQueue(2, workers);
    RowBatcher.Asker<Integer, Integer> counted =
        new RowBatcher.Asker<>() {
          @Override
          public List<Integer> ask(List<Integer> rows, @Nullable Duration within, long since) {
            if (rows.size() == 2) {
              holding.countDown();
              UninterruptibleWait.uninterruptibly(mayEnd);
            }
            return rows;
          }

          @Override
          public int rows(Integer asked) {
            return asked;
          }
        };
    RowBatcher<Integer, Integer> batcher =
        new RowBatcher<>(
            upTo(100).withQueueLimit(100),
            both,
            counted,
            row -> 0,
            () -> 3,
            System::nanoTime,
            deadlines,
            threads,
            (rows, since, why) -> refused.add(why));
    both.tryEnter();
    both.tryEnter();
    List<Future<Integer>> large = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      large.add(threads.submit(() -> batcher.ask(50, null)));
      int asked = i;
      Waits.until("calls wait", () -> both.waiting() >= asked);
    }
    both.leave();
    holding.await();
    both.leave();
    assertThat(batcher.ask(1, null)).isEqualTo(1);
    mayEnd.countDown();
    for (Future<Integer> each : large) {
      assertThat(each.get()).isEqualTo(50);
    }
    assertThat(refused).isEmpty();
  }

  /** One processor is kept by others all the time, one until calls have piled up. */
  private List<List<Integer>> runsBeside(int asking) throws Exception {
    CallQueue both = new CallQueue(2, workers);
    RowBatcher<Integer, Integer> batcher =
        new RowBatcher<>(
            upTo(8),
            both,
            this::ask,
            row -> 0,
            () -> asking,
            System::nanoTime,
            deadlines,
            threads,
            (rows, since, why) -> {});
    both.tryEnter();
    both.tryEnter();
    List<Future<Integer>> waiting = new ArrayList<>();
    for (int row = 1; row <= 6; row++) {
      int asked = row;
      waiting.add(threads.submit(() -> batcher.ask(asked, null)));
      Waits.until("calls wait", () -> both.waiting() >= waiting.size());
    }
    both.leave();
    for (Future<Integer> each : waiting) {
      each.get();
    }
    return List.copyOf(runs);
  }

  @Test
  void processorsOfOneModelShareItsCalls() throws Exception {
    assertThat(runsBeside(7)).containsExactly(List.of(1, 2, 3, 4), List.of(5, 6));
  }

  @Test
  void processorOfAnotherModelHasNoShare() throws Exception {
    assertThat(runsBeside(6)).containsExactly(List.of(1, 2, 3, 4, 5, 6));
  }

  /** Threads that ask again as soon as they are answered, by a model that takes its time. */
  @Test
  void nobodyIsForgottenWhoAsksAgainAtOnce() throws Exception {
    CallQueue both = new CallQueue(2, workers);
    RowBatcher.Asker<Integer, Integer> slow =
        (rows, within, since) -> {
          LockSupport.parkNanos(4_500_000); // long enough for the others to come
          return rows.stream().map(row -> 10 * row).toList();
        };
    RowBatcher<Integer, Integer> batcher = batcher(upTo(8), both, slow, row -> 0);
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int caller = i;
      callers.add(
          threads.submit(
              () -> {
                for (int call = 0; call < 60 - caller; call++) {
                  assertThat(batcher.ask(call, null)).isEqualTo(10 * call);
                }
                return null;
              }));
    }
    for (Future<Void> caller : callers) {
      caller.get();
    }
    assertThat(both.waiting()).isZero();
    awaitFree(both);
    awaitFree(both);
  }

  @Test
  void nobodyIsForgotten() throws Exception {
    CallQueue both = new CallQueue(2, workers);
    RowBatcher<Integer, Integer> batcher = batcher(upTo(4), both);
    mayEnd.countDown();
    List<Future<Integer>> callers =
        IntStream.range(0, 6).mapToObj(i -> threads.submit(() -> mixed(batcher, i))).toList();
    int odd = 0;
    for (Future<Integer> caller : callers) {
      odd += caller.get();
    }
    assertThat(odd).as("calls that ended in an exception of their own").isPositive();
    assertThat(batcher.waiting()).isZero();
    assertThat(both.waiting()).isZero();
    awaitFree(both);
    awaitFree(both);
    assertThat(both.tryEnter()).isFalse();
  }

  /** A worker gives its processor back a moment after its callers have their answers. */
  private static void awaitFree(CallQueue queue) {
    Waits.until("a processor is free", queue::tryEnter);
  }

  /** Calls of all kinds, each checked. */
  private int mixed(RowBatcher<Integer, Integer> batcher, int seed) throws Exception {
    Random random = new Random(seed);
    int odd = 0;
    for (int i = 1; i <= 5_000; i++) {
      int row = 10 * i + random.nextInt(2);
      switch (random.nextInt(8)) {
        case 0 -> {
          CompletableFuture<Integer> future = new CompletableFuture<>();
          Runnable unused = batcher.askAsync(row, null, completing(future));
          assertThat(future.get()).isEqualTo(10 * row);
        }
        case 1 -> {
          CompletableFuture<Integer> future = new CompletableFuture<>();
          batcher.askAsync(row, null, completing(future)).run();
          odd += endsAs(future, row);
        }
        case 2 -> {
          assertThatThrownBy(() -> batcher.ask(-row, null)).hasMessageContaining("-" + row);
          odd++;
        }
        case 3 -> {
          try {
            assertThat(batcher.ask(row, Duration.ofNanos(1 + random.nextInt(100_000))))
                .isEqualTo(10 * row);
          } catch (DeadlineException e) {
            odd++;
          }
        }
        default -> assertThat(batcher.ask(row, null)).isEqualTo(10 * row);
      }
    }
    return odd;
  }

  private static int endsAs(CompletableFuture<Integer> future, int row) {
    try {
      assertThat(future.join()).isEqualTo(10 * row);
      return 0;
    } catch (CancellationException e) {
      return 1;
    }
  }
}
