package io.mlops4j.runtime.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RuntimeThreadsTest {
  @Test
  void keepsHouseUntilItIsClosed() throws InterruptedException {
    CountDownLatch twice = new CountDownLatch(2);
    try (RuntimeThreads threads = new RuntimeThreads(1)) {
      threads.keepHouse(twice::countDown, Duration.ofMillis(1));
      assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aModelThatIsLoadedWhileTheRuntimeClosesStartsNothing() {
    RuntimeThreads threads = new RuntimeThreads(1);
    threads.close();
    assertThatCode(() -> threads.keepHouse(() -> {}, Duration.ofMillis(1)))
        .doesNotThrowAnyException();
  }
}
