package io.mlops4j.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes that a call with one record leaves on the Java heap.
 *
 * <p>HotSpot's first compiler allocates each object of the source, as the interpreter does. So a
 * warm call leaves the same bytes in every process and on every machine, without a wait for
 * compilers. The second compiler removes some of these objects. Which ones depends on what it
 * inlines, and so on earlier calls. The calls run in a process that has the first compiler only,
 * and Arrow's allocator without its debugging.
 */
@DependsOnJava
class CallGarbageTest {
  /** Four full blocks of the records that are collected for listeners. */
  private static final int CALLS = 4096;

  /**
   * The round with the fewest bytes counts: the first one loads classes, and in another one a slow
   * machine may report a block before it is full.
   */
  private static final int ROUNDS = 6;

  /** The fewest bytes that an object takes. */
  private static final int AN_OBJECT = 16;

  @TempDir Path temp;

  record Row(float a, float b, float c, float d) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(float[] y) {}

  /** Prints a line for each kind of call: its name and the bytes. */
  static final class Child {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Child() {}

    public static void main(String[] args) {
      Path file = Path.of(args[0]);
      try (ModelRuntime runtime = ModelRuntime.builder().threads(1).open()) {
        measure("model", runtime, file);
        measure("plain", runtime, file, event -> {});
        measure("two", runtime, file, event -> {}, event -> {});
        measure("rows", runtime, file, new Rows());
        var registry = FileModelRegistry.open(Path.of(args[1]));
        var version = runtime.publish(registry, ModelCard.builder("mlp4").build(), file);
        registry.assign("mlp4@champion", version, Change.by("ana").because("test"));
        try (Model model =
            runtime.deployment("mlp4@champion").from(registry).options(options()).start()) {
          System.out.println("deployment " + bytes(model));
        }
      }
    }

    private static LoadOptions options(InferenceListener... listeners) {
      var options = LoadOptions.builder().features(FeatureSchema.ofNames("a", "b", "c", "d"));
      Arrays.stream(listeners).forEach(options::listener);
      return options.build();
    }

    private static void measure(
        String name, ModelRuntime runtime, Path file, InferenceListener... listeners) {
      try (Model model = runtime.load(file, options(listeners))) {
        System.out.println(name + " " + bytes(model));
      }
    }

    private static String bytes(Model model) {
      RowModel<Row, Answer> rows = model.rows(Row.class, Answer.class);
      Row row = new Row(1, 2, 3, 4);
      long thread = Thread.currentThread().getId();
      long least = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        long before = THREADS.getThreadAllocatedBytes(thread);
        for (int i = 0; i < CALLS; i++) {
          Answer unused = rows.predict(row);
        }
        least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
      }
      return String.format(Locale.ROOT, "%.1f", least / (double) CALLS);
    }
  }

  /** Reads both batches of each block. */
  private static final class Rows implements InferenceListener {
    @Override
    public boolean needsRows() {
      return true;
    }

    @Override
    public void onInference(InferenceEvent event) {
      int features = Objects.requireNonNull(event.features()).rows();
      int outputs = Objects.requireNonNull(event.outputs()).rows();
      if (features != outputs) {
        throw new AssertionError(features + " rows have " + outputs + " answers");
      }
    }
  }

  @Test
  void callsThroughJniLeaveFewBytes() throws Exception {
    check("jni", 272);
  }

  /** Needs a view of native memory, 40 bytes, instead of an array of flags, 24. */
  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
  void callsThroughForeignLeaveFewBytes() throws Exception {
    check("foreign", 288);
  }

  /**
   * Compares with limits, which one more object in each call exceeds.
   *
   * @param model the bytes of a call without listeners: 40 are the record that the caller gets, the
   *     others its request with the list of its row, the output with its shape, an iterator and the
   *     prediction
   */
  private void check(String calls, int model) throws Exception {
    Map<String, Double> bytes = measured(calls);
    assertThat(bytes.get("model")).as("a model: %s", bytes).isLessThan(model + AN_OBJECT);
    assertThat(bytes.get("deployment"))
        .as("a deployment adds nothing: %s", bytes)
        .isLessThan(bytes.get("model") + 1);
    assertThat(bytes.get("plain") - bytes.get("model"))
        .as("a listener adds times, their array, the event, its rows and their maker: %s", bytes)
        .isLessThan(32 + 48 + 40 + 24 + 32 + AN_OBJECT);
    assertThat(bytes.get("two"))
        .as("a second listener gets the event of the first: %s", bytes)
        .isLessThan(bytes.get("plain") + 1);
    assertThat(bytes.get("rows") - bytes.get("model"))
        .as("rows add times, their array, the maker of an event, and 1/1024 of a block: %s", bytes)
        .isLessThan(32 + 48 + 32 + 32);
  }

  private Map<String, Double> measured(String calls) throws Exception {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m", // a large heap has wider references
                "-Dmlops4j.calls=" + calls));
    if (Runtime.version().feature() > 17) {
      flags.add("--enable-native-access=ALL-UNNAMED");
    }
    Path errors = temp.resolve("errors.txt"); // newer JVMs warn there
    Process child =
        ChildProcess.start(
            ChildProcess.java(
                    flags,
                    Child.class,
                    KitTest.class.getResource("models/mlp4.onnx").getPath(),
                    temp.resolve("registry"))
                .redirectError(errors.toFile()));
    String printed = ChildProcess.output(child);
    assertThat(child.exitValue()).as(Files.readString(errors)).isZero();
    return printed
        .lines()
        .map(line -> line.split(" ", -1))
        .collect(Collectors.toMap(line -> line[0], line -> Double.parseDouble(line[1])));
  }
}
