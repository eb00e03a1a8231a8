package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of a large call, which ONNX Runtime keeps or frees. */
@DependsOnJava
@EnabledOnOs(OS.LINUX)
class ReleasedMemoryTest {
  private static final long PAGE = 4096;
  private static final long MIB = 1 << 20;
  private static final int ROWS = 32;

  /** A row becomes 4 MB between the two operators. */
  static final String WIDE =
      """
      node { op_type: "Expand" input: "x" input: "size" output: "wide" }
      node { op_type: "ReduceMax" input: "wide" input: "axes" output: "y"
        attribute { name: "keepdims" type: INT i: 0 } }
      initializer { name: "size" data_type: 7 dims: 2 int64_data: 1 int64_data: 1000000 }
      initializer { name: "axes" data_type: 7 dims: 1 int64_data: 1 }
      input { name: "x" type { tensor_type { elem_type: 1 shape {
        dim { dim_param: "N" } dim { dim_value: 1 } } } } }
      """
          + ProtoText.value("output", "y", 1);

  /** The same, of the greatest of some columns. */
  private static byte[] wide(int columns) {
    return ProtoText.model(
        WIDE.replace(
                "node { op_type: \"Expand\" input: \"x\"",
                "node { op_type: \"ReduceMax\" input: \"x\" input: \"axes\" output: \"most\" }\n"
                    + "node { op_type: \"Expand\" input: \"most\"")
            .replace("dim { dim_value: 1 }", "dim { dim_value: %d }".formatted(columns)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void workingMemoryIsFreedAfterEachRunIfThatIsRequested(boolean foreignCalls) throws IOException {
    DirectMemory memory = new DirectMemory();
    OnnxEngine engine = OnnxEngine.open(EngineOptions.of(memory, 1).withForeignCalls(foreignCalls));
    int many = (int) (SessionBySize.SMALL_CALL / Float.BYTES / ROWS) + 1;
    assertThat(keptBy(engine, CPU, many)).isGreaterThan(90 * MIB);
    assertThat(keptBy(engine, CPU.withReleasedMemory(), many)).isLessThan(60 * MIB);
    assertThat(keptBy(engine, CPU, 1)).as("without an arena").isLessThan(60 * MIB);
    engine.close();
    assertThat(memory.bytes()).isZero();
  }

  /** Returns by how many resident bytes the process is larger after a call of 128 MB. */
  private static long keptBy(OnnxEngine engine, LoadRequest request, int columns)
      throws IOException {
    try (EngineModel model = engine.load(source("wide.onnx", wide(columns)), request);
        EngineSlot slot = model.slot()) {
      float[] x = new float[ROWS * columns];
      x[x.length - 1] = 7;
      float[] most = new float[ROWS];
      most[ROWS - 1] = 7;
      feed(slot, 0, floats(new float[columns]), 1, columns);
      slot.run();
      slot.recycle();
      long before = resident();
      feed(slot, 0, floats(x), ROWS, columns);
      slot.run();
      assertThat(floats(slot.output(0))).isEqualTo(most);
      slot.recycle();
      return resident() - before;
    }
  }

  static long resident() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1];
    return Long.parseLong(pages) * PAGE;
  }
}
