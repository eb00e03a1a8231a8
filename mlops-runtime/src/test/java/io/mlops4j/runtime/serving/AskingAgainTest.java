package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AskingAgainTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10_000); // it runs over
  private final AskingAgain again = new AskingAgain(nanos::get);

  @Test
  void nobodyAtFirst() {
    again.run(2);
    assertThat(again.isLikely()).isFalse();
  }

  @Test
  void whoWasAnsweredTogetherAndAsksAtOnce() {
    again.run(2);
    again.answered();
    nanos.addAndGet(19_000);
    assertThat(again.isLikely()).isTrue();
  }

  @Test
  void whoComesLaterIsNoLongerOne() {
    again.run(2);
    again.answered();
    nanos.addAndGet(20_000);
    assertThat(again.isLikely()).isFalse();
  }

  @Test
  void whoWasAnsweredAloneIsNot() {
    again.run(2);
    again.answered();
    again.run(1);
    assertThat(again.isLikely()).isFalse();
  }

  @Test
  void anotherThreadIsNot() {
    again.run(2);
    again.answered();
    assertThat(
            CompletableFuture.supplyAsync(again::isLikely, task -> new Thread(task).start()).join())
        .isFalse();
  }
}
