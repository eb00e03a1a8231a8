package io.mlops4j.monitor.live.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.Events;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.CallBlock;
import io.mlops4j.monitor.live.rows.CallBlocks;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.Span;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** Each row of a block is handled or lost. */
class BlockSplitTest {
  private static final int CALLS = 5;

  /** Memory of a block of 2048 rows of two doubles, and not of two blocks. */
  private static final long ONE_BLOCK = 100_000;

  private final List<Integer> handled = new ArrayList<>();
  private final List<Long> lost = new ArrayList<>();

  /** Has to see each second call apart. */
  private static final class TwoRows implements RowWatch {
    @Override
    public String task() {
      return "count to two";
    }

    @Override
    public void answered(Handed.Answered rows) {}

    @Override
    public long room(ServedBy version) {
      return 2;
    }

    @Override
    public List<Judged> judge(Instant at) {
      return List.of();
    }

    @Override
    public void write(StateWriter out) {}

    @Override
    public void read(StateReader in) {}
  }

  private void handle(long memory, Consumer<Handed.Answered> handler) {
    BlockSplit split =
        new BlockSplit(
            new Span(100, null, 1),
            false,
            new MonitorTime(),
            List.of(new TwoRows()),
            handler,
            lost::add);
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch row = FeatureBatch.builder(allocator).doubles("x", 1).build();
        FeatureBatch answer = FeatureBatch.builder(allocator).doubles("y", 2).build();
        CallBlocks blocks = new CallBlocks(2, memory)) {
      CallBlock block = Objects.requireNonNull(blocks.take(row, answer));
      try {
        block.begin(Events.version(1), Route.PRIMARY);
        for (int call = 0; call < CALLS; call++) {
          block.add(row, answer, 0);
        }
        split.handle(block);
      } finally {
        block.close();
      }
    }
  }

  @Test
  void allRowsAreHandled() {
    handle(Long.MAX_VALUE, rows -> handled.add(rows.rows()));
    assertThat(handled).containsExactly(2, 2, 1);
    assertThat(lost).isEmpty();
  }

  @Test
  void rowsAreLostIfMemoryRunsOut() {
    assertThatThrownBy(() -> handle(ONE_BLOCK, rows -> handled.add(rows.rows())))
        .isInstanceOf(OutOfMemoryException.class);
    assertThat(handled).isEmpty();
    assertThat(lost).containsExactly(5L);
  }

  @Test
  void rowsThatTheHandlerGotAreNotLost() {
    Consumer<Handed.Answered> failing =
        rows -> {
          handled.add(rows.rows());
          if (handled.size() == 2) {
            throw new IllegalArgumentException("full");
          }
        };
    assertThatThrownBy(() -> handle(Long.MAX_VALUE, failing)).hasMessage("full");
    assertThat(handled).containsExactly(2, 2);
    assertThat(lost).containsExactly(1L);
  }
}
