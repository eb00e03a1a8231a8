package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecentRowsTest {
  private static final long SEED = 7;

  private final BufferAllocator allocator = new RootAllocator();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Texts(String[] texts) {}

  record Answer(float y, ServedBy by) {}

  @AfterEach
  void allMemoryIsFreed() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private RecentRows recent(boolean rowsAreFixed) {
    System.out.println("seed " + SEED);
    return new RecentRows(allocator, new SplittableRandom(SEED), () -> rowsAreFixed);
  }

  private void offer(RecentRows to, float... values) {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).floats("x", values).build()) {
      to.offer(batch);
    }
  }

  /** The values of each call. */
  private static List<List<Float>> kept(RecentRows recent) {
    List<List<Float>> calls = new ArrayList<>();
    for (RecentRows.Kept call : recent.calls()) {
      try (call) {
        FeatureBatch batch = ((RecentRows.KeptBatch) call).batch();
        Float4Vector column = (Float4Vector) batch.column("x");
        calls.add(IntStream.range(0, batch.rows()).mapToObj(column::get).toList());
      }
    }
    return calls;
  }

  @Test
  void rowsOfManyCallsAreKept() {
    try (RecentRows recent = recent(false)) {
      for (int call = 0; call < 1000; call++) {
        offer(recent, call);
      }
      assertThat(kept(recent))
          .hasSize(RecentRows.MOST_ROWS)
          .startsWith(List.of(0f), List.of(1f))
          .endsWith(List.of(255f));
      assertThat(recent.wantsRows()).isFalse();
    }
  }

  @Test
  void eachRenewalReplacesOneCallByALaterOne() {
    try (RecentRows recent = recent(false)) {
      for (int call = 0; call < RecentRows.MOST_ROWS; call++) {
        offer(recent, 0);
      }
      for (int second = 1; second <= 1000; second++) {
        recent.renew();
        offer(recent, second);
        offer(recent, -1);
      }
      List<Float> values = kept(recent).stream().map(call -> call.get(0)).toList();
      assertThat(values).hasSize(RecentRows.MOST_ROWS).contains(1000f).doesNotContain(-1f);
      // of calls that were replaced at random, 1/e are left after as many as there are
      assertThat(values.stream().filter(second -> second > 744)).hasSizeBetween(130, 190);
      assertThat(values.stream().filter(second -> second > 0 && second <= 488)).isNotEmpty();
    }
  }

  @Test
  void aCallGivesSomeOfItsRowsAndAllIfTheModelFixesTheirNumber() {
    float[] many = new float[1000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i;
    }
    try (RecentRows recent = recent(false);
        RecentRows fixed = recent(true)) {
      for (int call = 0; call < 9; call++) {
        offer(recent, many);
      }
      List<List<Float>> calls = kept(recent);
      assertThat(calls).hasSize(8).allMatch(call -> call.size() == RecentRows.MOST_ROWS_OF_A_CALL);
      assertThat(calls.stream().map(call -> call.get(0)).distinct()).hasSizeGreaterThan(6);
      offer(fixed, many);
      assertThat(kept(fixed)).singleElement().satisfies(call -> assertThat(call).hasSize(1000));
    }
  }

  /** Eight images of 600 kB are more than may be kept; four are not. */
  @Test
  void aCallOfLargeRowsGivesAsManyAsMayBeKept() {
    int values = 224 * 224 * 3;
    try (RecentRows recent = recent(false);
        RecentRows fixed = recent(true);
        FeatureBatch images =
            FeatureBatch.builder(allocator)
                .floats("x", new float[8 * values])
                .asTensors(3, 224, 224)
                .build()) {
      recent.offer(images);
      fixed.offer(images);
      assertThat(rowsOf(recent)).containsExactly(4);
      assertThat(rowsOf(fixed)).isEmpty();
    }
  }

  private static List<Integer> rowsOf(RecentRows recent) {
    List<Integer> rows = new ArrayList<>();
    for (RecentRows.Kept call : recent.calls()) {
      try (call) {
        rows.add(call.rows());
      }
    }
    return rows;
  }

  @Test
  void theBytesOfAllCallsAreBounded() {
    RowKey key = new RowKey(null, Texts.class, Answer.class);
    String mebi = "x".repeat(1 << 19); // 1 MiB of UTF-16
    try (RecentRows recent = recent(false)) {
      recent.offer(key, new Texts(new String[] {mebi, mebi, mebi, mebi})); // more than 4 MiB
      assertThat(recent.calls()).isEmpty();
      for (int call = 0; call < 10; call++) {
        recent.renew();
        recent.offer(key, new Texts(new String[] {mebi}));
        assertThat(recent.calls()).hasSize(Math.min(call + 1, 3));
      }
      String[] texts = new String[16];
      Arrays.fill(texts, "x".repeat(100_000));
      try (FeatureBatch batch = FeatureBatch.builder(allocator).strings("s", texts).build()) {
        recent.renew();
        recent.offer(batch);
        recent.renew();
        recent.offer(batch);
      }
      long bytes = 0;
      for (RecentRows.Kept call : recent.calls()) {
        try (call) {
          bytes += call.bytes();
        }
      }
      assertThat(bytes).isBetween(2L * 1_600_000, RecentRows.MOST_BYTES);
    }
  }

  @Test
  void rowsThatAreOfferedWhileItClosesAreFreed() {
    RecentRows recent = recent(false);
    offer(recent, 1);
    recent.close();
    recent.renew();
    offer(recent, 2);
    assertThat(recent.calls()).isEmpty();
  }
}
