package io.mlops4j.runtime.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnnxGraphTest {
  private static final Path FILE = Path.of("model.onnx");

  /** Reads one of the test models. */
  private static OnnxGraph read(String name) {
    String resource = "/io/mlops4j/runtime/models/" + name + ".onnx";
    try (InputStream in = OnnxGraphTest.class.getResourceAsStream(resource)) {
      return OnnxGraph.read(ByteBuffer.wrap(in.readAllBytes()), FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void tellsInputsInitialisersAndOperatorSets() {
    OnnxGraph graph = read("engine/overridable");
    assertThat(graph.inputs()).extracting(ValueInfoProto::getName).containsExactly("bias", "x");
    assertThat(graph.outputs()).extracting(ValueInfoProto::getName).containsExactly("y");
    assertThat(graph.initializers()).containsExactly("bias");
    assertThat(graph.constants()).containsExactly("bias");
    assertThat(graph.read()).containsExactlyInAnyOrder("x", "bias", "y");
    assertThat(graph.operatorSetsText()).isEqualTo("ai.onnx 17");
    assertThat(graph.external()).isEmpty();
    assertThat(read("engine/words").operatorSetsText()).isEqualTo("ai.onnx 17, ai.onnx.ml 3");
  }

  @Test
  void findsEveryTensorThatLiesInAnotherFile() {
    OnnxGraph graph = read("engine/external_folder/model");
    assertThat(graph.external())
        .extracting(ExternalTensor::name)
        .contains("float32", "large", "int4", "unread", "inner", "", "by", "sparse", "where")
        .hasSize(19);
    assertThat(graph.external())
        .filteredOn(ExternalTensor::initializer)
        .extracting(ExternalTensor::name)
        .contains("float32")
        .doesNotContain("inner", "", "by", "sparse", "where")
        .hasSize(14);
    ExternalTensor table = read("engine/external").external().get(0);
    assertThat(table.entries())
        .isEqualTo(Map.of("location", "weights.bin", "offset", "0", "length", "12"));
    assertThat(table.dims()).isEqualTo(List.of(3L));
  }

  @Test
  void weightsAndForestsStayOutOfTheHeap() {
    AttributeProto.Builder splits = AttributeProto.newBuilder().setName("nodes_values");
    for (int i = 0; i < 1_000_000; i++) {
      splits.addFloats(i).addInts(i);
    }
    TensorProto raw =
        TensorProto.newBuilder()
            .setName("raw")
            .setRawData(ByteString.copyFrom(new byte[8 << 20]))
            .build();
    byte[] model =
        ModelProto.newBuilder()
            .setGraph(
                GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder().addAttribute(splits))
                    .addInitializer(raw))
            .build()
            .toByteArray();
    ByteBuffer direct = ByteBuffer.allocateDirect(model.length).put(model).flip();
    OnnxGraph.read(direct, FILE); // loads the classes
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    OnnxGraph graph = OnnxGraph.read(direct, FILE);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    assertThat(graph.initializers()).containsExactly("raw");
  }
}
