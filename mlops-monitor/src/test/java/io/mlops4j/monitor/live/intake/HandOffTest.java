package io.mlops4j.monitor.live.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Waits;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.LabelKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandOffTest {
  private static Handed.Labels labels(int count) {
    return new Handed.Labels(
        Collections.nCopies(count, new Handed.Label(LabelKey.of("key"), 1)), Instant.EPOCH, 0);
  }

  @Test
  void itemsComeOutInOrder() throws Exception {
    HandOff inbox = new HandOff(10);
    Handed.Labels first = labels(1);
    Handed.Labels second = labels(2);
    assertThat(inbox.offer(first)).isTrue();
    assertThat(inbox.put(second)).isTrue();
    assertThat(inbox.take()).isSameAs(first);
    assertThat(inbox.take()).isSameAs(second);
  }

  @Test
  void anOfferThatDoesNotFitIsRefused() {
    HandOff inbox = new HandOff(3);
    assertThat(inbox.offer(labels(2))).isTrue();
    assertThat(inbox.offer(labels(2))).isFalse();
    assertThat(inbox.offer(labels(1))).isTrue();
  }

  @Test
  void anItemLargerThanTheHandOffIsTakenWhenNothingElseIsThere() {
    HandOff inbox = new HandOff(3);
    assertThat(inbox.offer(labels(100))).isTrue();
    assertThat(inbox.offer(labels(1))).isFalse();
  }

  @Test
  void putWaitsForRoom() throws Exception {
    HandOff inbox = new HandOff(1);
    inbox.put(labels(1));
    Handed.Labels late = labels(1);
    CompletableFuture<Boolean> putting = new CompletableFuture<>();
    Thread putter =
        new Thread(
            () -> {
              try {
                putting.complete(inbox.put(late));
              } catch (InterruptedException e) {
                putting.completeExceptionally(e);
              }
            });
    putter.start();
    Waits.until(putter, Thread.State.WAITING);
    assertThat(putting).isNotDone();
    inbox.take();
    assertThat(putting.get(60, TimeUnit.SECONDS)).isTrue();
    assertThat(inbox.take()).isSameAs(late);
  }

  @Test
  void closingRefusesWhatComesAndStillGivesWhatIsThere() throws Exception {
    HandOff inbox = new HandOff(10);
    Handed.Labels before = labels(1);
    inbox.put(before);
    inbox.close();
    assertThat(inbox.offer(labels(1))).isFalse();
    assertThat(inbox.put(labels(1))).isFalse();
    assertThat(inbox.take()).isSameAs(before);
    assertThat(inbox.take()).isNull();
  }

  /** The taking thread would rest for a day. */
  private static CompletableFuture<@Nullable Handed> restingTake(HandOff inbox) {
    CompletableFuture<@Nullable Handed> taken = new CompletableFuture<>();
    Thread taker = new Thread(() -> taken.complete(inbox.take()));
    taker.setDaemon(true);
    taker.start();
    Waits.until(taker, Thread.State.TIMED_WAITING);
    assertThat(inbox.offer(labels(1))).isTrue();
    assertThat(taken).isNotDone();
    return taken;
  }

  @Test
  void anItemThatIsPutEndsTheRest() throws Exception {
    HandOff inbox = new HandOff(100, Duration.ofDays(1));
    CompletableFuture<@Nullable Handed> taken = restingTake(inbox);
    inbox.put(labels(1));
    assertThat(taken.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(inbox.take()).as("no rest before the item that was put").isNotNull();
  }

  @Test
  void halfOfTheCapacityEndsTheRest() throws Exception {
    HandOff inbox = new HandOff(100, Duration.ofDays(1));
    CompletableFuture<@Nullable Handed> taken = restingTake(inbox);
    inbox.offer(labels(48));
    assertThat(taken).isNotDone();
    inbox.offer(labels(1));
    assertThat(taken.get(60, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void closingEndsTheRest() throws Exception {
    HandOff inbox = new HandOff(100, Duration.ofDays(1));
    CompletableFuture<@Nullable Handed> taken = restingTake(inbox);
    inbox.close();
    assertThat(taken.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(inbox.hasEnded()).isTrue();
  }
}
