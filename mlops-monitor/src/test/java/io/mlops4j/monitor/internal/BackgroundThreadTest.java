package io.mlops4j.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BackgroundThreadTest {
  @Test
  void worksToItsEndAndKeepsNoProcessAlive() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    Thread thread =
        new BackgroundThread(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                BackgroundThread.giveWay();
              }
              ended.set(true);
            },
            "mlops4j-test");
    thread.start();
    thread.join(60_000);
    assertThat(ended).isTrue();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("mlops4j-test");
  }

  @Test
  void otherThreadsGoOn() {
    BackgroundThread.giveWay();
    assertThat(Thread.currentThread()).isNotInstanceOf(BackgroundThread.class);
  }
}
