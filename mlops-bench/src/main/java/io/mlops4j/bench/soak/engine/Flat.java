package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Memory that must not grow with what is done: the slope of what is resident and of what the heap
 * still holds after a collection, over the second half of the cycles, in bytes a cycle.
 *
 * <p>The heap is resident whole from the start, so that its growth is no noise in the one figure,
 * and is counted by the other, without which objects that are kept would not be seen. Only the
 * first compiler is used, as the second takes tens of megabytes while it works.
 *
 * <p>The bound is noise, not leave to leak. In the few full runs made when this was written, the
 * second half of cycles stayed within 15 kB, of ragged calls within 30 to 630 kB, of a SavedModel
 * within 1.4 MB, for which the bound is twice as wide; {@value #NOISE} bytes are allowed. A
 * least-squares line through samples within a band is at most 1.5 times as steep as the band is
 * high over its length. Of 10 000 cycles that finds 320 bytes each: 300 bytes outside the heap,
 * planted in each, measured as 490, with what Java needs to know of them, and 1000 on the heap as
 * 1020. With small counts the engine and the JVM still warm up in the second half, and only coarse
 * leaks are found.
 */
public final class Flat implements Part {
  /** How far memory wanders by itself, in full runs. */
  static final int NOISE = 1 << 20;

  /** In short ones, while things warm up. */
  private static final int WARMING_UP = 4 * NOISE;

  private static final Duration LIMIT = Duration.ofHours(2);

  /** What is done again and again. */
  public enum Work {
    CYCLES("soak.cycles", "cycles of load, predict and close of small ONNX models"),
    TENSORFLOW("soak.cycles.tensorflow", "cycles of load, predict and close of a SavedModel"),
    RAGGED("soak.ragged", "calls with batches of varying shape"),
    /** Loses 64 kB in each cycle, so that a test sees that it is found. */
    LEAK("leak", "cycles of forgetting a buffer"),
    /** The same on the heap. */
    HEAP_LEAK("leak.heap", "cycles of keeping an array");

    private final String name;
    private final String what;

    Work(String name, String what) {
      this.name = name;
      this.what = what;
    }

    int cycles(Size size) {
      return switch (this) {
        case CYCLES -> size.of(10_000, 800, 200);
        case TENSORFLOW -> size.of(50, 8, 0);
        case RAGGED -> size.of(100_000, 20_000, 2_000);
        case LEAK, HEAP_LEAK -> 1_000;
      };
    }

    /** A SavedModel takes much more than the others, and there are never many cycles. */
    double noise(Size size) {
      return this == TENSORFLOW ? 2 * NOISE : size == Size.FULL ? NOISE : WARMING_UP;
    }
  }

  private final Work work;

  public Flat(Work work) {
    this.work = work;
  }

  @Override
  public String name() {
    return work.name;
  }

  @Override
  public String what() {
    return work.what + "; growth of memory in bytes each";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    String missing = missing(size);
    if (missing != null) {
      say.accept("skipped: " + missing);
      return List.of();
    }
    int cycles = work.cycles(size);
    AtomicReference<@Nullable Double> slope = new AtomicReference<>();
    Child.End end;
    try (Child child =
        new Child()
            .flags(
                "-Xms192m",
                "-Xmx192m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Darrow.memory.debug.allocator=false")) {
      end =
          child.run(
              FlatMain.class,
              List.of(work.name(), Integer.toString(cycles), Long.toString(seed)),
              LIMIT,
              line -> {
                if (line.startsWith("slope ")) {
                  slope.set(Double.valueOf(line.substring("slope ".length())));
                } else {
                  say.accept(line);
                }
              });
    }
    Double found = slope.get();
    if (found == null || end.exit() != 0) {
      say.accept("the process did not come through: " + end);
      found = Double.POSITIVE_INFINITY;
    }
    return List.of(new Finding(name(), found, 1.5 * work.noise(size) / (cycles / 2.0)));
  }

  private @Nullable String missing(Size size) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "only Linux tells what is resident";
    }
    if (work != Work.TENSORFLOW) {
      return null;
    }
    try {
      Class.forName("org.tensorflow.SavedModelBundle", false, Flat.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return "TensorFlow is not on the class path";
    }
    return work.cycles(size) == 0 ? "too long for a test" : null;
  }
}
