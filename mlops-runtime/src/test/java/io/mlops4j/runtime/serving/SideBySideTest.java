package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.runtime.serving.call.Calls;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  private final CallContext context = CallContext.create(RuntimeSettings.of(3), System::nanoTime);
  private final Calls calls = new Calls();
  private final SideBySide threads = new SideBySide(context, calls);
  private final FeatureBatch batch =
      FeatureBatch.builder(context.allocator()).floats("x", 1, 2).build();

  @AfterEach
  void close() {
    batch.close();
    context.threads().close();
    assertThat(context.allocator().getAllocatedMemory()).isZero();
    context.allocator().close();
  }

  private static void pass(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyTaskRunsOnceWithRowsThatAreReadable() {
    calls.enter();
    AtomicIntegerArray runs = new AtomicIntegerArray(20);
    for (int i = 0; i < 200; i++) {
      threads.run(
          runs.length(),
          batch,
          null,
          (number, rows) -> {
            assertThat(rows.rows()).isEqualTo(2);
            runs.incrementAndGet(number);
          });
    }
    assertThat(IntStream.range(0, runs.length()).map(runs::get)).containsOnly(200);
  }

  @Test
  void tasksRunAtOnceOnIdleWorkers() {
    calls.enter();
    CountDownLatch all = new CountDownLatch(3);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    threads.run(
        3,
        batch,
        null,
        (number, rows) -> {
          seen.add(Thread.currentThread());
          all.countDown();
          pass(all); // ends only if three threads are here
        });
    assertThat(seen).hasSize(3).contains(Thread.currentThread());
  }

  @Test
  void whileWorkersAreBusyTheCallerDoesItAll() {
    Collections.nCopies(3, calls).forEach(Calls::enter);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    threads.run(3, batch, null, (number, rows) -> seen.add(Thread.currentThread()));
    assertThat(seen).containsExactly(Thread.currentThread());
  }

  @Test
  void aWorkerThatBeginsTooLateTouchesNothing() {
    calls.enter();
    CountDownLatch blocked = new CountDownLatch(3);
    CountDownLatch open = new CountDownLatch(1);
    for (int i = 0; i < 3; i++) {
      context
          .threads()
          .workers()
          .execute(
              () -> {
                blocked.countDown();
                pass(open);
              });
    }
    pass(blocked);
    List<Thread> seen = new ArrayList<>();
    threads.run(2, batch, null, (number, rows) -> seen.add(Thread.currentThread()));
    assertThat(context.threads().queued()).isOne(); // the help that is too late
    open.countDown();
    context.threads().close(); // after the queued task
    assertThat(seen).containsExactly(Thread.currentThread(), Thread.currentThread());
  }

  @Test
  void aBatchThatIsClosedBeforeAWorkerReadsItFailsTheCall() throws Exception {
    calls.enter();
    batch.close();
    CountDownLatch open = new CountDownLatch(1);
    Executor workers = context.threads().workers();
    workers.execute(() -> pass(open));
    workers.execute(() -> pass(open)); // the third worker takes its tasks in turn
    CompletableFuture<Void> run =
        CompletableFuture.runAsync(
            () ->
                threads.run(
                    2,
                    batch,
                    null,
                    (number, rows) -> {
                      CountDownLatch helped = new CountDownLatch(1);
                      workers.execute(helped::countDown);
                      pass(helped);
                    }));
    try {
      assertThatThrownBy(() -> run.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class);
    } finally {
      open.countDown();
    }
  }

  @Test
  void theFirstFailureByNumberIsThrownAndLaterTasksDoNotRun() {
    Collections.nCopies(3, calls).forEach(Calls::enter); // in turn
    List<Integer> ran = new ArrayList<>();
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                threads.run(
                    4,
                    batch,
                    null,
                    (number, rows) -> {
                      ran.add(number);
                      if (number == 1) {
                        throw new IllegalStateException("one");
                      }
                    }))
        .withMessage("one");
    assertThat(ran).containsExactly(0, 1);
  }

  @Test
  void ofSeveralFailuresTheOneOfTheFirstMemberIsThrown() {
    calls.enter();
    CountDownLatch all = new CountDownLatch(3);
    assertThatThrownBy(
            () ->
                threads.run(
                    3,
                    batch,
                    null,
                    (number, rows) -> {
                      all.countDown();
                      pass(all);
                      if (number == 0) {
                        throw new AssertionError("zero");
                      }
                      throw new IllegalStateException("later");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("zero");
  }

  @Test
  void endingTheCallEndsEachPart() {
    calls.enter();
    Cancellation end = new Cancellation(null);
    CountDownLatch all = new CountDownLatch(3);
    threads.run(
        3,
        batch,
        end,
        (number, rows) -> {
          all.countDown();
          pass(all);
          if (!Thread.currentThread().getName().startsWith("mlops4j-worker")) {
            return; // the caller's thread knows its call already
          }
          assertThat(context.outer().get()).isSameAs(end);
          assertThat(context.inside().isIn(calls)).isTrue();
        });
    assertThat(context.outer().get()).isNull();
  }
}
