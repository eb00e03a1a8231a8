package io.mlops4j.bench.soak.hostile;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.mlops4j.bench.soak.part.Graphs;
import java.util.List;
import java.util.Random;

/** Changes of a model that keep it a protobuf: what somebody would do who means ill. */
enum Mutation {
  /** A declared dimension. */
  DIMENSION {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      List<ValueInfoProto.Builder> values =
          random.nextBoolean() ? graph.getInputBuilderList() : graph.getOutputBuilderList();
      if (!values.isEmpty()) {
        TensorShapeProto.Builder shape =
            pick(values, random).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        if (shape.getDimCount() == 0 || random.nextInt(4) == 0) {
          shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size(random)));
        } else {
          shape.getDimBuilder(random.nextInt(shape.getDimCount())).setDimValue(size(random));
        }
      }
    }
  },
  /** A declared type. */
  TYPE {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      List<ValueInfoProto.Builder> values =
          random.nextBoolean() ? graph.getInputBuilderList() : graph.getOutputBuilderList();
      if (!values.isEmpty()) {
        pick(values, random).getTypeBuilder().getTensorTypeBuilder().setElemType(type(random));
      }
    }
  },
  /** An initialiser that says to be larger than it is, or huge. */
  HUGE_INITIALISER {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getInitializerCount() > 0) {
        TensorProto.Builder tensor = pick(graph.getInitializerBuilderList(), random);
        if (tensor.getDimsCount() > 0 && random.nextBoolean()) {
          tensor.setDims(random.nextInt(tensor.getDimsCount()), size(random));
        } else {
          tensor.addDims(size(random));
        }
        if (random.nextInt(3) == 0) {
          tensor.clearRawData(); // large, and nothing in it
        }
      }
    }
  },
  /** An initialiser of another type, or with other bytes. */
  INITIALISER {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getInitializerCount() > 0) {
        TensorProto.Builder tensor = pick(graph.getInitializerBuilderList(), random);
        switch (random.nextInt(4)) {
          case 0 -> tensor.setDataType(type(random));
          case 1 -> tensor.setRawData(ByteString.copyFrom(new byte[random.nextInt(64)]));
          case 2 -> tensor.clearRawData().addInt64Data(number(random)).addFloatData(Float.NaN);
          default -> {
            ByteString bytes = tensor.getRawData();
            tensor.setRawData(bytes.substring(0, random.nextInt(bytes.size() + 1)));
          }
        }
      }
    }
  },
  /** An initialiser in a file. */
  EXTERNAL_DATA {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getInitializerCount() > 0) {
        TensorProto.Builder tensor =
            pick(graph.getInitializerBuilderList(), random)
                .clearRawData()
                .clearExternalData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", pick(LOCATIONS, random)));
        if (random.nextBoolean()) {
          tensor.addExternalData(entry("offset", Long.toString(number(random))));
        }
        if (random.nextBoolean()) {
          tensor.addExternalData(entry("length", Long.toString(number(random))));
        }
      }
    }
  },
  /** Another operator. */
  OPERATOR {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getNodeCount() > 0) {
        pick(graph.getNodeBuilderList(), random).setOpType(pick(OPERATORS, random));
      }
    }
  },
  /** An edge that leads elsewhere, to nothing, or round. */
  EDGE {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getNodeCount() > 0) {
        NodeProto.Builder node = pick(graph.getNodeBuilderList(), random);
        NodeProto.Builder other = pick(graph.getNodeBuilderList(), random);
        String name =
            random.nextInt(4) == 0 || other.getOutputCount() == 0
                ? pick(List.of("", "nothing", "x", "ü\u0000"), random)
                : other.getOutput(0);
        if (node.getInputCount() > 0 && random.nextBoolean()) {
          node.setInput(random.nextInt(node.getInputCount()), name);
        } else if (random.nextBoolean()) {
          node.addInput(name);
        } else {
          node.addOutput(name);
        }
      }
    }
  },
  /** A node less, or twice. */
  NODES {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getNodeCount() > 0) {
        int node = random.nextInt(graph.getNodeCount());
        if (random.nextBoolean()) {
          graph.removeNode(node);
        } else {
          graph.addNode(random.nextInt(graph.getNodeCount()), graph.getNode(node));
        }
      }
    }
  },
  /** An attribute that is missing, of another type, or out of bounds. */
  ATTRIBUTE {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      if (graph.getNodeCount() > 0) {
        NodeProto.Builder node = pick(graph.getNodeBuilderList(), random);
        if (node.getAttributeCount() == 0) {
          node.addAttribute(Graphs.number(pick(ATTRIBUTES, random), number(random)));
          return;
        }
        int index = random.nextInt(node.getAttributeCount());
        AttributeProto.Builder attribute = node.getAttributeBuilder(index);
        switch (random.nextInt(5)) {
          case 0 -> node.removeAttribute(index);
          case 1 -> attribute.setI(number(random));
          case 2 -> attribute.addInts(number(random)).addFloats(Float.NEGATIVE_INFINITY);
          case 3 -> attribute.setType(pick(List.of(AttributeProto.AttributeType.values()), random));
          default -> {
            if (attribute.getIntsCount() > 0) {
              attribute.setInts(random.nextInt(attribute.getIntsCount()), number(random));
            }
          }
        }
      }
    }
  },
  /** A huge tensor out of nothing. */
  FILLED {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      graph
          .addInitializer(Graphs.longs("size_of_filled", size(random), size(random)))
          .addNode(0, Graphs.node("ConstantOfShape", "filled", "size_of_filled"))
          .addNode(Graphs.node("ReduceSum", "sum_of_filled", "filled"));
      output(graph, "sum_of_filled");
    }
  },
  /** A small tensor made huge. */
  EXPANDED {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      String operator = pick(List.of("Expand", "Tile", "Reshape", "Range"), random);
      graph
          .addInitializer(Graphs.floats("seed_of_expanded", 1))
          .addInitializer(Graphs.longs("size_of_expanded", size(random)))
          .addNode(Graphs.node(operator, "expanded", "seed_of_expanded", "size_of_expanded"));
      output(graph, "expanded");
    }
  },
  /** A loop of any number of turns. */
  LOOP {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      GraphProto body = Graphs.turns().getGraph().getNode(0).getAttribute(0).getG();
      graph
          .addInitializer(Graphs.floats("start_of_loop", 1))
          .addInitializer(Graphs.longs("turns_of_loop", number(random)))
          .addNode(
              Graphs.node("Loop", "end_of_loop", "turns_of_loop", "", "start_of_loop").toBuilder()
                  .addAttribute(
                      AttributeProto.newBuilder()
                          .setName("body")
                          .setType(AttributeProto.AttributeType.GRAPH)
                          .setG(random.nextBoolean() ? body : graph.build())));
      output(graph, "end_of_loop");
    }
  },
  /** Graphs in graphs. */
  DEEP {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      for (int depth = random.nextInt(6); depth > 0; depth--) {
        GraphProto inner = graph.build();
        if (inner.getSerializedSize() > 1 << 20) {
          return;
        }
        graph.addNode(
            Graphs.node("If", "of_" + depth, "go").toBuilder()
                .addAttribute(branch("then_branch", inner))
                .addAttribute(branch("else_branch", inner)));
      }
    }
  },
  /** Inputs and outputs that are missing, double, or have each other's name. */
  SIGNATURE {
    @Override
    void change(GraphProto.Builder graph, Random random) {
      switch (random.nextInt(4)) {
        case 0 -> {
          if (graph.getInputCount() > 0) {
            graph.removeInput(random.nextInt(graph.getInputCount()));
          }
        }
        case 1 -> {
          if (graph.getOutputCount() > 0) {
            graph.addOutput(graph.getOutput(random.nextInt(graph.getOutputCount())));
          }
        }
        case 2 -> {
          if (graph.getInputCount() > 0) {
            graph.addOutput(graph.getInput(random.nextInt(graph.getInputCount())));
          }
        }
        default -> graph.clearOutput();
      }
    }
  },
  /** Another version of the operators or the format. */
  VERSION {
    @Override
    void change(ModelProto.Builder model, Random random) {
      if (random.nextBoolean() || model.getOpsetImportCount() == 0) {
        model.setIrVersion(pick(List.of(0L, 1L, 3L, 7L, 10L, 13L, -1L, 1L << 40), random));
      } else {
        pick(model.getOpsetImportBuilderList(), random)
            .setVersion(pick(List.of(0L, 1L, 6L, 9L, 12L, 18L, 23L, 99L, -1L), random));
      }
    }

    @Override
    void change(GraphProto.Builder graph, Random random) {}
  };

  private static final List<String> LOCATIONS =
      List.of(
          "weights.bin",
          "model.onnx",
          "missing.bin",
          "../weights.bin",
          "/etc/passwd",
          "/dev/zero",
          "/dev/stdin",
          "",
          ".",
          "*/_ORT_MEM_ADDR_/*",
          "weights.bin\u0000.txt");

  private static final List<String> OPERATORS =
      List.of(
          "Add",
          "MatMul",
          "Gemm",
          "Conv",
          "ConvTranspose",
          "MaxPool",
          "Pad",
          "Slice",
          "Gather",
          "GatherND",
          "Scatter",
          "ScatterND",
          "Resize",
          "TopK",
          "NonZero",
          "Unique",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Concat",
          "Split",
          "Transpose",
          "Einsum",
          "LSTM",
          "GRU",
          "SequenceConstruct",
          "SequenceAt",
          "StringNormalizer",
          "TfIdfVectorizer",
          "Cast",
          "QuantizeLinear",
          "DequantizeLinear",
          "OneHot",
          "RandomNormal",
          "Identity",
          "If",
          "Loop",
          "Scan",
          "TreeEnsembleRegressor",
          "LabelEncoder",
          "ZipMap",
          "Nothing");

  private static final List<String> ATTRIBUTES =
      List.of("axis", "axes", "to", "keepdims", "transA", "alpha", "group", "mode", "fmod");

  /** Any of them. */
  static Mutation any(Random random) {
    return pick(List.of(values()), random);
  }

  void change(ModelProto.Builder model, Random random) {
    change(model.getGraphBuilder(), random);
  }

  abstract void change(GraphProto.Builder graph, Random random);

  private static <T> T pick(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static int type(Random random) {
    return random.nextInt(26) - 1;
  }

  private static long size(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> random.nextInt(8);
      case 3 -> 1 + random.nextInt(4096);
      case 4 -> 1L << random.nextInt(34);
      case 5 -> Integer.MAX_VALUE + (long) random.nextInt(3);
      case 6 -> Long.MAX_VALUE - random.nextInt(3);
      default -> 1L << (28 + random.nextInt(34));
    };
  }

  private static long number(Random random) {
    return random.nextBoolean() ? size(random) : random.nextLong() >> random.nextInt(63);
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static AttributeProto branch(String name, GraphProto graph) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.GRAPH)
        .setG(graph)
        .build();
  }

  private static void output(GraphProto.Builder graph, String name) {
    graph.addOutput(Graphs.value(name, Graphs.FLOAT));
  }
}
