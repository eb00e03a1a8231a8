package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

class FailedReloadsTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // wraps
  private final List<String> warnings = new ArrayList<>();
  private final FailedReloads failed = new FailedReloads("delays", nanos::get, log());

  private Logger log() {
    return (Logger)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("warn")) {
                warnings.add(
                    MessageFormatter.arrayFormat((String) arguments[0], (Object[]) arguments[1])
                        .getMessage());
              }
              return null;
            });
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void leavesTheStoreAloneForASecond() {
    assertThat(failed.pause()).isFalse();
    failed.add(new IllegalStateException("away"));
    assertThat(failed.pause()).isTrue();
    pass(Duration.ofMillis(999));
    assertThat(failed.pause()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(failed.pause()).isFalse();
  }

  @Test
  void warnsOnceAMinute() {
    for (int second = 0; second < 150; second++) {
      failed.add(new IllegalStateException("away"));
      pass(Duration.ofSeconds(1));
    }
    String line =
        "delays: cannot reload cached rows (%d failures so far); they are served until they"
            + " expire: away";
    assertThat(warnings)
        .containsExactly(line.formatted(1), line.formatted(61), line.formatted(121));
  }

  @Test
  void tellsSinceWhenTheStoreHasNotAnswered() {
    assertThat(failed.failingFor()).isEmpty();
    failed.add(new IllegalStateException("away"));
    pass(Duration.ofSeconds(5));
    failed.add(new IllegalStateException("away"));
    assertThat(failed.failingFor()).hasValue(Duration.ofSeconds(5));
    failed.end();
    assertThat(failed.failingFor()).isEmpty();
    failed.add(new IllegalStateException("away again"));
    assertThat(failed.failingFor()).hasValue(Duration.ZERO);
    assertThat(failed.count()).isEqualTo(3);
  }
}
