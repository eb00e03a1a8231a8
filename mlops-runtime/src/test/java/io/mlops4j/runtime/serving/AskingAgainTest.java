package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AskingAgainTest {
  private static final long LONG = 24_000_000;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10_000); // it runs over
  private final AskingAgain again = new AskingAgain(nanos::get);

  @Test
  void nobodyAtFirst() {
    assertThat(again.isLikely()).isFalse();
  }

  @Test
  void whoWasAnsweredTogetherAndAsksAtOnce() {
    again.answered();
    nanos.addAndGet(19_000);
    assertThat(again.isLikely()).isTrue();
  }

  @Test
  void whoComesLaterIsNoLongerOne() {
    again.answered();
    nanos.addAndGet(20_000);
    assertThat(again.isLikely()).isFalse();
  }

  /** Threads whose numbers differ by 64 share a place: one of the next two is not such a one. */
  @Test
  void anotherThreadIsNot() {
    again.answered();
    assertThat(List.of(inAnotherThread(again::isLikely), inAnotherThread(again::isLikely)))
        .contains(false);
  }

  private static boolean inAnotherThread(Supplier<Boolean> asked) {
    return CompletableFuture.supplyAsync(asked, task -> new Thread(task).start()).join();
  }

  @Test
  void theFirstWaitsUntilAsManyHaveComeAsWereAnsweredTogether() throws Exception {
    AtomicInteger waiting = new AtomicInteger(1);
    again.ran(3, LONG);
    CountDownLatch waits = new CountDownLatch(1);
    CompletableFuture<Boolean> first =
        CompletableFuture.supplyAsync(
            () ->
                again.letCome(
                    () -> {
                      waits.countDown();
                      return waiting.get();
                    }),
            task -> new Thread(task).start());
    waits.await();
    waiting.set(2);
    assertThat(again.letCome(waiting::get)).isFalse();
    assertThat(first).isNotDone();
    waiting.set(3);
    assertThat(again.letCome(waiting::get)).isFalse();
    assertThat(first.join()).isTrue();
  }

  @Test
  void itWaitsNoLongerThanAPartOfTheRun() {
    again.ran(3, LONG);
    long begin = nanos.get();
    boolean leads =
        again.letCome(
            () -> {
              nanos.addAndGet(LONG / 80);
              return 1;
            });
    assertThat(leads).isTrue();
    assertThat(nanos.get() - begin).isBetween(LONG / 8, LONG / 8 + LONG / 80);
  }

  @Test
  void forAShortRunItOnlyLetsOthersGoFirst() {
    again.ran(3, 1000);
    assertThat(again.letCome(() -> 1)).isTrue();
  }

  @Test
  void runsOfOneCallSayNothing() {
    again.ran(3, LONG);
    again.ran(1, 1000);
    AtomicInteger asked = new AtomicInteger();
    again.letCome(() -> 2 + asked.getAndIncrement());
    assertThat(asked).hasValue(2);
  }

  @Test
  void whoIsInterruptedDoesNotWait() {
    again.ran(3, LONG);
    Thread.currentThread().interrupt();
    assertThat(again.letCome(() -> 1)).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }
}
