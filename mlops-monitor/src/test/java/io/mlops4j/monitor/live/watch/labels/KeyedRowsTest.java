package io.mlops4j.monitor.live.watch.labels;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.monitor.live.rows.LabelKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rows against a queue and a map. */
class KeyedRowsTest {
  private static final long SEED = 31;
  private static final short[] NO_GROUPS = {};

  private final KeyedRows rows = new KeyedRows(2, 1);
  private final Deque<LabelKey> queue = new ArrayDeque<>();
  private final Map<LabelKey, List<Long>> byKey = new HashMap<>();

  @Test
  void rowsAreFoundWhileOthersComeAndLeave() {
    Random random = new Random(SEED);
    for (int step = 0; step < 120_000; step++) {
      boolean grows = step / 30_000 % 2 == 0;
      if (queue.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
        add(key(random), step);
      } else {
        remove();
      }
      LabelKey sought = key(random);
      assertThat(chain(sought)).as("step %s, seed %s", step, SEED).isEqualTo(expected(sought));
    }
    while (!queue.isEmpty()) {
      remove();
    }
    assertThat(rows.size()).isZero();
    assertThat(rows.bytes()).isLessThan(1_000_000);
  }

  /** Keys that share the place in the table: only the low bits of the low half choose it. */
  private static LabelKey key(Random random) {
    int number = random.nextInt(9_000);
    return number < 8_400
        ? LabelKey.of("k" + number)
        : new LabelKey(number, (long) number << 40 | number % 7);
  }

  private void add(LabelKey key, int value) {
    long row =
        rows.add(key, value, value, (byte) (value % 3), new double[] {value, -value}, new short[1]);
    queue.add(key);
    byKey.computeIfAbsent(key, absent -> new ArrayList<>()).add(row);
    assertThat(rows.at(row)).isEqualTo(value);
    assertThat(rows.version(row)).isEqualTo(value);
    assertThat(rows.values(row)).containsExactly(value, -value);
    assertThat(rows.key(row)).isEqualTo(key);
  }

  private void remove() {
    LabelKey key = queue.remove();
    assertThat(rows.key(rows.oldest())).isEqualTo(key);
    rows.removeOldest();
    byKey.get(key).remove(0);
    assertThat(rows.size()).isEqualTo(queue.size());
  }

  /** The rows of a key, newest first. */
  private List<Long> chain(LabelKey key) {
    List<Long> chain = new ArrayList<>();
    for (long row = rows.find(key); row != KeyedRows.NONE; row = rows.before(row)) {
      chain.add(row);
    }
    return chain;
  }

  private List<Long> expected(LabelKey key) {
    List<Long> expected = new ArrayList<>(byKey.getOrDefault(key, List.of()));
    java.util.Collections.reverse(expected);
    return expected;
  }

  @Test
  void rowNumbersMayExceedAnInt() {
    KeyedRows one = new KeyedRows(1, 0);
    one.startAt(0x7fff_fff0L);
    for (int i = 0; i < 40; i++) {
      one.add(LabelKey.of("k" + i % 20), i, 0, (byte) 0, new double[1], NO_GROUPS);
    }
    assertThat(one.before(one.find(LabelKey.of("k3")))).isEqualTo(0x7fff_fff0L + 3);
    for (int i = 0; i < 20; i++) {
      one.removeOldest();
    }
    for (int i = 0; i < 20; i++) {
      long found = one.find(LabelKey.of("k" + i));
      assertThat(found).isEqualTo(0x7fff_fff0L + 20 + i);
      assertThat(one.before(found)).isEqualTo(KeyedRows.NONE);
    }
  }
}
