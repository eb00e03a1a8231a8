package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.RuntimeFigures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What a runtime tells of what it does, against what was done. */
@DependsOnJava
@SuppressWarnings("try") // closing early is a part of it
class FiguresTest {
  private final ServingFixture fixture = new ServingFixture(1 << 20);

  record Abcd(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Answer(float[] y) {}

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private static FeatureBatch abcd(DefaultModelLoader loader, int rows) {
    float[] zeros = new float[rows];
    return FeatureBatch.builder(loader.allocator())
        .floats("a", zeros)
        .floats("b", zeros)
        .floats("c", zeros)
        .floats("d", zeros)
        .build();
  }

  private RuntimeFigures figures() {
    return fixture.loader.figures();
  }

  private ModelFigures only() {
    return only(fixture.loader);
  }

  private static ModelFigures only(DefaultModelLoader loader) {
    List<ModelFigures> models = loader.figures().models();
    assertThat(models).hasSize(1);
    return models.get(0);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void callsRunAndWaitForThreads() throws Exception {
    CountDownLatch reads = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ServingModel model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd(fixture.loader, 3)) {
      List<CompletableFuture<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 5; i++) { // three more than the runtime has threads
        calls.add(
            model.predictAsync(
                batch,
                CallOptions.withDefaults(),
                answer -> {
                  reads.countDown();
                  await(goOn);
                  return answer.rows();
                }));
      }
      reads.await();
      assertThat(only().running()).isEqualTo(5);
      assertThat(only().servedBy()).isSameAs(model.servedBy());
      assertThat(only().placement()).contains(model.placement());
      assertThat(model.placement().toString()).contains("cpu");
      assertThat(figures().queued()).isEqualTo(3);
      goOn.countDown();
      for (CompletableFuture<Integer> call : calls) {
        assertThat(call.get()).isEqualTo(3);
      }
      assertThat(only().running()).isZero();
      assertThat(figures().queued()).isZero();
    }
  }

  @Test
  void recordsWaitAndAreRejected() throws Exception {
    LoadOptions options =
        ServingFixture.ABCD.toBuilder()
            .microBatching(MicroBatching.upTo(8).withoutMeasuring().withQueueLimit(1))
            .build();
    try (ServingModel model = fixture.load("mlp4.onnx", options)) {
      RowModel<Abcd, Answer> rows = model.rows(Abcd.class, Answer.class);
      Abcd row = new Abcd(0, 0, 0, 0);
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue(); // both processors are busy
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue();
      CompletableFuture<Answer> waits = rows.predictAsync(row, CallOptions.withDefaults());
      assertThat(only().waiting()).isEqualTo(1);
      assertThat(only().running()).isEqualTo(1);
      assertThat(figures().waiting()).isEqualTo(1);

      assertThatThrownBy(() -> rows.predictAsync(row, CallOptions.withDefaults()).get())
          .hasCauseInstanceOf(OverloadedException.class);
      assertThat(only().rejected()).isEqualTo(1);
      assertThat(waits.cancel(true)).isTrue();
      CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(1));
      assertThatThrownBy(() -> rows.predict(row, soon)).isInstanceOf(DeadlineException.class);
      assertThat(only().rejected()).isEqualTo(2);
      assertThat(only().waiting()).isZero();

      fixture.loader.context().queue().leave();
      fixture.loader.context().queue().leave();
      rows.predict(row);
      model.close();
      assertThatThrownBy(() -> rows.predict(row)).isInstanceOf(IllegalStateException.class);
      assertThat(figures().rejected()).isEqualTo(3);
      assertThat(figures().models()).isEmpty();
    }
  }

  @Test
  void bytesAreToldByOwnerAndByModel() throws IOException {
    long file = Files.size(ServingFixture.MODELS.resolve("mlp4.onnx"));
    try (ServingModel model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        ServingModel shares = fixture.load("mlp4.onnx", ServingFixture.ABCD)) {
      assertThat(figures().models())
          .hasSize(2)
          .allSatisfy(each -> assertThat(each.nativeBytes()).isEqualTo(file));
      assertThat(figures().modelBytes()).isEqualTo(file); // once
      assertThat(figures().arrowBytes()).isZero();
      try (FeatureBatch batch = abcd(fixture.loader, 100);
          Prediction open = model.predict(batch)) {
        assertThat(figures().arrowBytes()).isGreaterThanOrEqualTo(4 * 4 * 100);
        assertThat(figures().hostBytes()).isGreaterThanOrEqualTo(2 * 4 * 100);
      }
    }
    assertThat(figures().models()).isEmpty();
    assertThat(figures().idleModels()).isEqualTo(1);
    assertThat(figures().modelBytes()).isEqualTo(file);
  }

  @Test
  void processorTimeIsMeasuredOnlyIfThatWasAskedFor() {
    try (ServingModel model = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd(fixture.loader, 1)) {
      model.predict(batch).close();
      assertThat(only().cpuTime()).isEmpty();
    }
  }

  @Test
  void processorTimeIsThatOfTheThreadsThatAsk() throws Exception {
    try (DefaultModelLoader loader = measuring();
        Model model = ServingFixture.load(loader, "mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd(loader, 10_000)) {
      long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (int i = 0; i < 20; i++) {
        model.predict(batch).close();
      }
      long took = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began;
      Duration sync = only(loader).cpuTime().orElseThrow();
      assertThat(sync).isBetween(Duration.ofNanos(1), Duration.ofNanos(took));
      int rows = model.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows).get();
      assertThat(rows).isEqualTo(10_000);
      assertThat(only(loader).cpuTime().orElseThrow()).isGreaterThan(sync);
    }
  }

  private static DefaultModelLoader measuring() {
    return new DefaultModelLoader(
        new RuntimeSettings(1, 1, null, null, null, 0, Closing.waits(), true, null, null));
  }

  @Test
  void virtualThreadsCountAsNothing() throws Exception {
    boolean virtual = Runtime.version().feature() >= 21;
    if (!virtual) {
      System.out.println("skipped: Java has no virtual threads before 21");
    }
    Assumptions.assumeTrue(virtual, "virtual threads need Java 21");
    try (DefaultModelLoader loader = measuring();
        Model model = ServingFixture.load(loader, "mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = abcd(loader, 10)) {
      List<Integer> rows = new ArrayList<>();
      Runnable call =
          () -> {
            try (Prediction answer = model.predict(batch)) {
              rows.add(answer.rows());
            }
          };
      Thread thread =
          (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, call);
      thread.join();
      assertThat(rows).containsExactly(10);
      assertThat(only(loader).cpuTime()).hasValue(Duration.ZERO);
    }
  }

  @Test
  void figuresOfAClosedRuntimeAreThoseOfItsEnd() {
    ServingFixture other = new ServingFixture();
    other.load("mlp4.onnx", ServingFixture.ABCD).close();
    other.close();
    assertThat(other.loader.figures().models()).isEmpty();
    assertThat(other.loader.figures().arrowBytes()).isZero();
    assertThat(other.loader.figures().modelBytes()).isZero();
  }
}
