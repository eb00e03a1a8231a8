package io.mlops4j.runtime.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Single records, whose columns are written again for the next call. */
class CompositionRecordsTest {
  private static final int THREADS = 24;

  private final CompositionFixture fixture = new CompositionFixture();

  @AfterEach
  void nothingIsLeft() {
    fixture.close();
  }

  public record Term(float x) {}

  public record Mean(float y) {}

  /** The members add 1 and 2, so the mean is {@code x + 1.5}. */
  private Composition mean(LoadOptions second) {
    return fixture
        .runtime
        .composition("mean")
        .member("one", fixture.plus(1, "x"))
        .member("two", fixture.load("deployment/plus2", second))
        .average("y");
  }

  private Composition mean() {
    return mean(LoadOptions.builder().features(FeatureSchema.ofNames("x")).build());
  }

  @Test
  void manyThreadsGetTheAnswersToTheirRows() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (Composition mean = mean()) {
      RowModel<Term, Mean> rows = mean.rows(Term.class, Mean.class);
      List<Callable<Integer>> callers = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        float from = 1000f * thread;
        callers.add(() -> wrong(rows, from));
      }
      for (Future<Integer> caller : threads.invokeAll(callers)) {
        assertThat(caller.get(50, TimeUnit.SECONDS)).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int wrong(RowModel<Term, Mean> rows, float from) {
    int wrong = 0;
    for (int i = 0; i < 200; i++) {
      wrong += rows.predict(new Term(from + i)).y() == from + i + 1.5f ? 0 : 1;
    }
    return wrong;
  }

  @Test
  void aListenerOfAMemberKeepsTheRowThatItSaw() {
    List<FeatureBatch> kept = new ArrayList<>();
    InferenceListener keeps =
        new InferenceListener() {
          @Override
          public boolean needsRows() {
            return true;
          }

          @Override
          public void onInference(InferenceEvent event) {
            FeatureBatch features = event.features();
            if (features != null) {
              kept.add(features.retain());
            }
          }
        };
    LoadOptions heard =
        LoadOptions.builder().features(FeatureSchema.ofNames("x")).listener(keeps).build();
    try (Composition mean = mean(heard)) {
      RowModel<Term, Mean> rows = mean.rows(Term.class, Mean.class);
      for (int x = 0; x < 3; x++) {
        assertThat(rows.predict(new Term(x)).y()).isEqualTo(x + 1.5f);
      }
      assertThat(kept)
          .extracting(batch -> ((Float4Vector) batch.column("x")).get(0))
          .containsExactly(0f, 1f, 2f);
    } finally {
      kept.forEach(FeatureBatch::close);
    }
  }

  @Test
  void callsWithADeadlineUseRowsOfTheirOwn() {
    try (Composition mean = mean()) {
      RowModel<Term, Mean> rows = mean.rows(Term.class, Mean.class);
      CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(30));
      assertThat(rows.predict(new Term(1), soon).y()).isEqualTo(2.5f);
      assertThat(rows.predict(new Term(2)).y()).isEqualTo(3.5f);
    }
  }

  @Test
  void aCallAfterOneThatFailedIsAnswered() {
    Model two = fixture.load("deployment/plus2");
    try (Composition mean =
        fixture
            .runtime
            .composition("mean")
            .member("one", fixture.plus(1, "x"))
            .member("two", two)
            .average("y")) {
      RowModel<Term, Mean> rows = mean.rows(Term.class, Mean.class);
      assertThat(rows.predict(new Term(1)).y()).isEqualTo(2.5f);
      two.close();
      for (int i = 0; i < 40; i++) { // more than rows are kept
        assertThatThrownBy(() -> rows.predict(new Term(1))).hasMessageContaining("member two");
      }
    }
  }

  /** The least of many rounds: the compiler allocates, too. */
  @Test
  void aCallLeavesLittleMoreGarbageThanItsMembers() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Composition mean = mean()) {
      RowModel<Term, Mean> both = mean.rows(Term.class, Mean.class);
      RowModel<Term, Mean> one = mean.members().get("one").rows(Term.class, Mean.class);
      long alone = Long.MAX_VALUE;
      long together = Long.MAX_VALUE;
      Term row = new Term(1);
      for (int round = 0; round < 400; round++) {
        alone = Math.min(alone, garbage(threads, one, row));
        together = Math.min(together, garbage(threads, both, row));
      }
      assertThat(together).isLessThan(2 * alone + 900);
    }
  }

  private static long garbage(ThreadMXBean threads, RowModel<Term, Mean> rows, Term row) {
    long before = threads.getCurrentThreadAllocatedBytes();
    rows.predict(row);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
