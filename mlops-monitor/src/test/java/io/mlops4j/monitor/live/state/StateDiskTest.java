package io.mlops4j.monitor.live.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class StateDiskTest {

  @Test
  void workIsDoneByTheCallerIfThereCanBeNoThread() {
    ThreadFactory none =
        work -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    List<String> done = new ArrayList<>();
    try (StateDisk disk = new StateDisk(Executors.newSingleThreadExecutor(none))) {
      disk.start(
          () -> done.add("written"), () -> done.add("stored"), failed -> done.add("" + failed));
      assertThat(disk.isBusy()).isFalse();
    }
    assertThat(done).containsExactly("written", "stored");
  }

  @Test
  void anErrorIsAFailureOfTheWork() {
    List<String> done = new ArrayList<>();
    try (StateDisk disk = new StateDisk(true)) {
      disk.start(
          () -> {
            throw new StackOverflowError("deep");
          },
          () -> done.add("stored"),
          failed -> done.add("failed"));
      disk.await();
    }
    assertThat(done).containsExactly("failed");
  }
}
