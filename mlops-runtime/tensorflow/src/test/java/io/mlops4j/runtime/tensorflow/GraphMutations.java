package io.mlops4j.runtime.tensorflow;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Wrong graphs that are still well-formed messages, so that they reach TensorFlow itself. */
final class GraphMutations {
  private static final long[] SIZES = {-1, -2, 0, 1, 3, 1L << 20, 1L << 40, Long.MAX_VALUE};
  private static final List<String> OPERATIONS =
      List.of("Identity", "MatMul", "Placeholder", "Const", "NoOp", "GatherV2", "NoSuchOperation");

  private final Random random;

  GraphMutations(long seed) {
    this.random = new Random(seed);
  }

  byte[] mutate(byte[] savedModel) throws Exception {
    SavedModel.Builder model = SavedModel.parseFrom(savedModel).toBuilder();
    MetaGraphDef.Builder meta = model.getMetaGraphsBuilder(0);
    for (int i = random.nextInt(3); i >= 0; i--) {
      if (random.nextInt(4) == 0) {
        signature(meta);
      } else {
        graph(meta.getGraphDefBuilder());
      }
    }
    return model.build().toByteArray();
  }

  private void signature(MetaGraphDef.Builder meta) {
    Map<String, SignatureDef> all = new TreeMap<>(meta.getSignatureDefMap());
    String key = pick(List.copyOf(all.keySet()));
    SignatureDef.Builder changed = all.get(key).toBuilder();
    new TreeMap<>(changed.getInputsMap()).forEach((k, v) -> changed.putInputs(k, tensor(v)));
    new TreeMap<>(changed.getOutputsMap()).forEach((k, v) -> changed.putOutputs(k, tensor(v)));
    meta.putSignatureDef(key, changed.build());
  }

  private TensorInfo tensor(TensorInfo info) {
    return switch (random.nextInt(6)) {
      case 0 -> info.toBuilder().setName(info.getName().replace(":0", ":7")).build();
      case 1 -> info.toBuilder().setName("nowhere:0").build();
      case 2 -> info.toBuilder().setDtype(type()).build();
      case 3 -> info.toBuilder().setTensorShape(shape()).build();
      case 4 -> info.toBuilder().setName(":0").build();
      default -> info;
    };
  }

  private void graph(GraphDef.Builder graph) {
    int at = random.nextInt(graph.getNodeCount());
    NodeDef.Builder node = graph.getNodeBuilder(at);
    switch (random.nextInt(10)) {
      case 0 -> node.setOp(pick(OPERATIONS));
      case 1 -> node.setName(graph.getNode(random.nextInt(graph.getNodeCount())).getName());
      case 2 -> node.addInput(graph.getNode(random.nextInt(graph.getNodeCount())).getName());
      case 3 -> {
        if (node.getInputCount() > 0) {
          node.setInput(
              random.nextInt(node.getInputCount()),
              graph.getNode(random.nextInt(graph.getNodeCount())).getName()
                  + (random.nextBoolean() ? "" : ":" + random.nextInt(5)));
        }
      }
      case 4 -> graph.removeNode(at);
      case 5 -> node.setDevice(random.nextBoolean() ? "/device:GPU:0" : "nonsense");
      case 6 -> graph.getVersionsBuilder().setProducer(random.nextInt()).setMinConsumer(5000);
      default -> attribute(node);
    }
  }

  private void attribute(NodeDef.Builder node) {
    if (node.getAttrCount() == 0) {
      return;
    }
    String name = pick(List.copyOf(new TreeMap<>(node.getAttrMap()).keySet()));
    AttrValue.Builder value = node.getAttrOrThrow(name).toBuilder();
    switch (value.getValueCase()) {
      case TYPE -> value.setType(type());
      case SHAPE -> value.setShape(shape());
      case TENSOR -> value.setTensor(constant(value.getTensor().toBuilder()));
      case S -> value.setS(ByteString.copyFromUtf8("changed"));
      case I -> value.setI(SIZES[random.nextInt(SIZES.length)]);
      case B -> value.setB(!value.getB());
      default -> value.clear();
    }
    node.putAttr(name, value.build());
  }

  private TensorProto constant(TensorProto.Builder tensor) {
    ByteString content = tensor.getTensorContent();
    switch (random.nextInt(5)) {
      case 0 -> tensor.setTensorShape(shape());
      case 1 -> tensor.setDtype(type());
      case 2 -> tensor.setTensorContent(content.substring(0, content.size() / 2));
      case 3 -> tensor.clearTensorContent();
      default -> {
        byte[] bytes = content.toByteArray();
        random.nextBytes(bytes);
        tensor.setTensorContent(ByteString.copyFrom(bytes));
      }
    }
    return tensor.build();
  }

  private DataType type() {
    return DataType.forNumber(random.nextInt(24));
  }

  private TensorShapeProto shape() {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().setUnknownRank(random.nextInt(8) == 0);
    for (int i = random.nextInt(4); i > 0 && !shape.getUnknownRank(); i--) {
      shape.addDimBuilder().setSize(SIZES[random.nextInt(SIZES.length)]);
    }
    return shape.build();
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
