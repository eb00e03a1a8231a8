package io.mlops4j.runtime.tensorflow;

import static io.mlops4j.runtime.compatibility.SlotCalls.dims;
import static io.mlops4j.runtime.compatibility.SlotCalls.feed;
import static io.mlops4j.runtime.compatibility.SlotCalls.feedText;
import static io.mlops4j.runtime.compatibility.SlotCalls.floats;
import static io.mlops4j.runtime.compatibility.SlotCalls.longs;
import static io.mlops4j.runtime.compatibility.SlotCalls.read;
import static io.mlops4j.runtime.compatibility.SlotCalls.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorFlowSlotTest {
  private TensorFlowFixture fixture;

  @BeforeEach
  void open() {
    fixture = new TensorFlowFixture();
  }

  @AfterEach
  void everyByteIsFreed() {
    fixture.close();
  }

  @Test
  void whatAModelKeepsIsNotWrittenOver() {
    try (EngineModel model = fixture.load("jobs", "remember");
        EngineSlot slot = model.slot()) {
      float before = -1;
      for (float now : new float[] {5, 6, 7, 8}) {
        feed(slot, 0, floats(now, 2 * now), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(before, 2 * before);
        slot.recycle();
        before = now;
      }
      // Nor where recycling was left out.
      for (float now : new float[] {9, 10}) {
        feed(slot, 0, floats(now, 2 * now), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(before, 2 * before);
        before = now;
      }
    }
  }

  @Test
  void textThatAModelKeepsIsNotFreed() {
    try (EngineModel model = fixture.load("jobs", "remember_text")) {
      String[] before = {"nothing", "nothing as yet, in more than 22 bytes"};
      for (int i = 0; i < 20; i++) {
        String[] now = {"word " + i, ("a long text of call " + i + " ").repeat(100)};
        try (EngineSlot slot = model.slot()) {
          feedText(slot, 0, now, 2);
          slot.run();
          assertThat(readText(slot.output(0))).containsExactly(before);
        }
        before = now;
      }
    }
  }

  @Test
  void outputsThatAreInputsAreRead() {
    try (EngineModel model = fixture.load("jobs", "passthrough");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature().outputs().get(1).name()).isEqualTo("x_again");
      for (float x : new float[] {4, 5, 6}) {
        feed(slot, 0, floats(x, -x), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(-x, x);
        assertThat(floats(slot.output(1))).containsExactly(x, -x);
        slot.recycle();
      }
      slot.want(0, false);
      feed(slot, 0, floats(7, 8), 2);
      slot.run();
      assertThat(floats(slot.output(1))).containsExactly(7, 8);
    }
  }

  @Test
  void anyRankIsTaken() {
    try (EngineModel model = fixture.load("jobs", "any_rank");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature()).hasToString("(x: float32[...]) -> (negative: float32[...])");
      for (long[] shape : new long[][] {{}, {1}, {2, 3}, {2, 3, 0}, {1, 1, 1, 1, 1, 6}, {}}) {
        float[] x = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(x, 3);
        feed(slot, 0, floats(x), shape);
        slot.run();
        assertThat(dims(slot.output(0))).containsExactly(shape);
        assertThat(floats(slot.output(0))).hasSize(x.length).containsOnly(repeated(-3, x.length));
        slot.recycle();
      }
    }
  }

  private static float[] repeated(float value, int count) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  /** Each of these ends the process if TensorFlow sees it. */
  @Test
  void shapesThatTensorFlowWouldNotSurviveAreRefused() {
    try (EngineModel model = fixture.load("jobs", "any_rank");
        EngineSlot slot = model.slot()) {
      long[] deep = new long[255];
      Arrays.fill(deep, 1);
      assertThatThrownBy(() -> slot.shape(0, deep))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found 255 dimensions, expected at most 254");
      for (long[] shape :
          new long[][] {
            {1L << 62, 4, 0}, {0, Long.MAX_VALUE}, {1L << 32, 1L << 32}, {-1}, {2, -1, 3}
          }) {
        assertThatThrownBy(() -> slot.shape(0, shape))
            .as("%s", (Object) shape)
            .isInstanceOf(ModelInputException.class);
      }
      feed(slot, 0, floats(1), 1);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(-1);
    }
  }

  @Test
  void scalarsAndFixedShapesAreWhatTheyAre() {
    try (EngineModel scalar = fixture.load("jobs", "scalar");
        EngineSlot slot = scalar.slot()) {
      assertThat(scalar.signature()).hasToString("(x: float32[]) -> (negative: float32[])");
      feed(slot, 0, floats(2));
      slot.run();
      assertThat(slot.output(0).rank()).isZero();
      assertThat(floats(slot.output(0))).containsExactly(-2);
      assertThatThrownBy(() -> slot.shape(0, new long[] {1}))
          .isInstanceOf(ModelInputException.class);
    }
    try (EngineModel fixed = fixture.load("jobs", "fixed");
        EngineSlot slot = fixed.slot()) {
      assertThatThrownBy(() -> slot.shape(0, new long[] {3, 4}))
          .isInstanceOf(ModelInputException.class)
          .hasMessageContaining("x: found shape [3, 4], expected x: float32[8, 4]");
    }
  }

  @Test
  void modelsWithoutInputsAnswer() {
    try (EngineModel model = fixture.load("jobs", "no_inputs");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        slot.run();
        assertThat(read(slot.output(0))).isEqualTo(longs(1, 2, 3));
        slot.recycle();
      }
    }
  }

  @Test
  void textOfNoDimensionsIsRead() {
    try (EngineModel model = fixture.load("jobs", "text_scalar");
        EngineSlot slot = model.slot()) {
      feedText(slot, 0, new String[] {"a"}, 1);
      slot.run();
      assertThat(slot.output(0).rank()).isZero();
      assertThat(readText(slot.output(0))).containsExactly("[\"a\"]");
    }
  }

  @Test
  void nothingWantedFailsAndTheSlotStaysUsable() {
    try (EngineModel model = fixture.load("jobs", "scalar");
        EngineSlot slot = model.slot()) {
      feed(slot, 0, floats(2));
      slot.want(0, false);
      assertThatThrownBy(slot::run).isInstanceOf(InferenceException.class);
      slot.want(0, true);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(-2);
    }
  }

  @Test
  void memoryOfInputsIsCounted() {
    try (EngineModel model = fixture.load("jobs", "affine")) {
      long before = model.nativeBytes();
      try (EngineSlot slot = model.slot()) {
        slot.shape(0, new long[] {1000, 4});
        assertThat(model.nativeBytes()).isEqualTo(before + 16_000);
        slot.shape(0, new long[] {10, 4});
        assertThat(model.nativeBytes()).isEqualTo(before + 160);
      }
      assertThat(model.nativeBytes()).isEqualTo(before);
    }
  }

  /**
   * Asks again and again, and prints by how many bytes resident memory grew: nothing else counts
   * what TensorFlow allocates.
   */
  static final class AskedAgain {
    public static void main(String[] args) {
      TensorFlowFixture fixture = new TensorFlowFixture();
      try (EngineModel model = fixture.load("jobs", "join")) {
        String[] text = new String[1000];
        Arrays.fill(text, "x".repeat(1000));
        long settled = 0;
        for (int i = 0; i < 300; i++) {
          try (EngineSlot slot = model.slot()) {
            feedText(slot, 0, text, 1000);
            feedText(slot, 1, text, 1000);
            slot.run();
            assertThat(slot.output(0).bytes()).isEqualTo(2_000_000);
          }
          if (i == 100) {
            settled = Pointer.physicalBytes();
          }
        }
        System.out.println(Pointer.physicalBytes() - settled);
      }
      fixture.close();
    }
  }

  /** In a process whose heap takes its memory at the start: a growing heap is resident, too. */
  @Test
  void callsLeaveNothingBehind() throws Exception {
    List<String> heap = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");
    Process process =
        ChildProcess.start(
            ChildProcess.java(heap, AskedAgain.class)
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    String grown = ChildProcess.output(process);
    assertThat(process.waitFor()).isZero();
    // 200 calls of 4 MB of text: a leak would be 400 MB and more. Without one, it is less than 1
    // MB.
    assertThat(Long.parseLong(grown.strip())).isLessThan(50L << 20);
  }

  @Test
  void callsThatRepeatMakeAlmostNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] x = floats(1, 2, 3, 4);
    long[] shape = {1, 4};
    try (EngineModel model = fixture.load("jobs", "affine");
        EngineSlot slot = model.slot()) {
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 1_000 && least >= 300; round++) { // until all of it is compiled
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          slot.shape(0, shape);
          Native.copy(x, 0, slot.address(0), x.length);
          slot.run();
          slot.recycle();
        }
        least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / 1000);
      }
      assertThat(least).as("bytes a call").isLessThan(300);
    }
  }
}
