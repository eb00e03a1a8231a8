package io.mlops4j.runtime.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes that materialise and write into one database at once, and a cache of this process that
 * reads meanwhile.
 */
@Thorough("processes")
class SharedStoreTest {
  @TempDir private Path folder;

  private static Instant minute(int minute) {
    return ViewChild.MIDNIGHT.plus(Duration.ofMinutes(minute));
  }

  @ParameterizedTest
  @EnumSource
  void theNewestEventOfAllProcessesWinsAndCachesSeeIt(SharedDatabase.Kind kind) throws Exception {
    try (SharedDatabase database = SharedDatabase.open(kind, folder)) {
      share(database.address());
    }
  }

  private void share(String address) throws Exception {
    Path events =
        Tables.write(
            folder.resolve("events.parquet"),
            "SELECT 'K' || k AS k, TIMESTAMP '2001-01-01' + to_minutes(m) AS ts, m AS value FROM range(%d) a(k), range(%d) b(m)"
                .formatted(ViewChild.KEYS, ViewChild.IN_THE_FILE));
    FeatureView view = ViewChild.view(events);
    List<Process> children = new ArrayList<>();
    try (OnlineStore store = JdbcOnlineStore.open(address, new Properties());
        OnlineFeatures cache =
            OnlineFeatures.builder(view, store).refreshAfter(Duration.ofMillis(20)).build()) {
      for (int key = 0; key < ViewChild.KEYS; key++) {
        assertThat(cache.read("K" + key)).as("absence is cached").isEmpty();
      }
      for (int i = 0; i < 4; i++) {
        String work = i % 2 == 0 ? "materialise" : "write";
        children.add(ViewChild.start(work, address, events.toString(), "" + i));
      }
      List<BufferedReader> said = new ArrayList<>();
      for (Process child : children) {
        BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
        said.add(out);
        assertThat(out.readLine()).isEqualTo("READY");
      }
      for (Process child : children) {
        child.getOutputStream().write('\n');
        child.getOutputStream().close();
      }
      seesOnlyNewerRowsUntilTheNewest(cache);
      List<Long> written = new ArrayList<>();
      for (int i = 0; i < children.size(); i++) {
        written.add(Long.valueOf(said.get(i).readLine().substring("WRITTEN ".length())));
        assertThat(children.get(i).waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(children.get(i).exitValue()).isZero();
      }
      System.out.println("rows that each process wrote: " + written);
      List<String> keys = new ArrayList<>();
      for (int key = 0; key < ViewChild.KEYS; key++) {
        keys.add("[\"K" + key + "\"]");
      }
      assertThat(store.read(view.stored(), keys)).hasSize(ViewChild.KEYS);
      for (int key = 0; key < ViewChild.KEYS; key++) {
        FeatureRow row = cache.read("K" + key).orElseThrow();
        assertThat(row.eventTime()).isEqualTo(minute(ViewChild.EVENTS - 1));
        assertThat(row.get("value")).isEqualTo(ViewChild.EVENTS - 1L);
      }
      assertThat(ParityCheck.of(view, store).run().unknown())
          .as("all keys have rows that are newer than those of the file")
          .isEqualTo(ViewChild.KEYS);
    } finally {
      children.forEach(Process::destroyForcibly);
    }
  }

  private static void seesOnlyNewerRowsUntilTheNewest(OnlineFeatures cache) {
    Instant[] seen = new Instant[ViewChild.KEYS];
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    int newest = 0;
    while (newest < ViewChild.KEYS) {
      assertThat(System.nanoTime()).as("%d keys are the newest", newest).isLessThan(end);
      newest = 0;
      for (int key = 0; key < ViewChild.KEYS; key++) {
        FeatureRow row = cache.read("K" + key).orElse(null);
        if (row == null) {
          assertThat(seen[key]).as("a row that was there stays").isNull();
          continue;
        }
        assertThat(row.get("value"))
            .isEqualTo(Duration.between(ViewChild.MIDNIGHT, row.eventTime()).toMinutes());
        if (seen[key] != null) {
          assertThat(row.eventTime()).isAfterOrEqualTo(seen[key]);
        }
        seen[key] = row.eventTime();
        newest += row.eventTime().equals(minute(ViewChild.EVENTS - 1)) ? 1 : 0;
      }
    }
  }
}
