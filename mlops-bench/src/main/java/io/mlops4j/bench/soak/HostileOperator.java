package io.mlops4j.bench.soak;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A model of one operator that takes indices, sizes or counts, and data that mean ill.
 *
 * <p>The data are constants. In one model of two they come out of a sequence, so that ONNX Runtime
 * sees them only when the operator runs, as it would a caller's.
 *
 * @param name the operator, for messages
 * @param model its model, whose input {@code x} only goes through
 */
record HostileOperator(String name, ModelProto model) {
  /**
   * The operator with its domain, the kinds of its inputs, and its attributes.
   *
   * <p>Kinds: f, d, n, i, u, c, t, b are data of float, double, int32, int64, uint8, int8, text and
   * bool; l is a list of int64; s and g are scalars of int64 and float; 3 and 4 are floats of so
   * many dimensions; B are boxes; - is absent. An attribute is a number that means ill, or one of
   * the words after the sign.
   */
  private static final List<String> TABLE =
      List.of(
          "Gather fi axis",
          "GatherElements fi axis",
          "GatherND fi batch_dims",
          "ScatterND fif",
          "ScatterElements fif axis",
          "Slice fllll",
          "Tile fl",
          "Expand fl",
          "Range sss",
          "Range ggg",
          "ConstantOfShape l",
          "NonMaxSuppression 33sgg",
          "TopK fl axis",
          "Resize 4--l",
          "Resize 4-f",
          "OneHot isf axis",
          "Pad fl",
          "Pad flgl",
          "Reshape fl allowzero",
          "Squeeze fl",
          "Unsqueeze fl",
          "Split fl axis",
          "Split f num_outputs",
          "Compress fb axis",
          "EyeLike f k",
          "CumSum fs",
          "RoiAlign 4fi output_height output_width sampling_ratio",
          "GridSample 44",
          "ReverseSequence fl batch_axis time_axis",
          "BitShift uu direction=LEFT|RIGHT",
          "Unique f axis",
          "Multinomial f sample_size",
          "StringSplit t maxsplit",
          "Div nn",
          "Div ii",
          "Mod nn fmod=0",
          "Mod ii fmod=0",
          "Div uu",
          "Div cc",
          "Mod cc fmod=0",
          "Mod uu",
          "Pow ii",
          "Pow nn",
          "Trilu fs",
          "Col2Im 3ll",
          "CenterCropPad fl axes",
          "AffineGrid 3l",
          "DFT 3s axis",
          "STFT 3s-s",
          "HannWindow s",
          "BlackmanWindow s",
          "MelWeightMatrix sssgg",
          "MaxUnpool 4il",
          "RandomNormal - shape",
          "RandomUniformLike f",
          "Cast f to",
          "Cast d to",
          "Cast t to",
          "Concat ff axis",
          "Flatten f axis",
          "Transpose f perm",
          "ArgMax f axis",
          "Softmax f axis",
          "ReduceSum fl",
          "ReduceMax fl",
          "SpaceToDepth 4 blocksize",
          "DepthToSpace 4 blocksize",
          "LpNormalization f axis p",
          "Hardmax f axis",
          "NegativeLogLikelihoodLoss fi",
          "MaxPool 4 kernel_shape strides pads dilations",
          "Conv 44 group pads strides",
          "ConvTranspose 44 group output_padding pads",
          "AveragePool 4 kernel_shape pads strides",
          "Einsum ff equation=ij,jk->ik|ii|...|i,i->|ij->ji",
          "Dropout fgb",
          "Shape f start end",
          "QuantizeLinear ffu axis",
          "DequantizeLinear uf axis",
          "LRN 4 size",
          "Upsample 4f",
          "ai.onnx.ml:ArrayFeatureExtractor fi",
          "ai.onnx.ml:FeatureVectorizer ff inputdimensions",
          "ai.onnx.ml:OneHotEncoder i cats_int64s",
          "ai.onnx.ml:CategoryMapper t default_int64",
          "com.microsoft:CropAndResize 43il",
          "com.microsoft:ExpandDims fs",
          "com.microsoft:Trilu fs",
          "com.microsoft:NGramRepeatBlock ii ngram_size",
          "com.microsoft:GatherND fi",
          "com.microsoft:Pad fl",
          "com.microsoft:Unique f",
          "com.microsoft:MurmurHash3 t",
          "com.microsoft:EmbedLayerNormalization nnffff",
          "com.microsoft:Range sss",
          "com.microsoft:WordConvEmbedding n3f",
          "com.microsoft:Tokenizer t mincharnum",
          "com.microsoft:MaxpoolWithMask 4n kernel_shape",
          "com.microsoft:RotaryEmbedding 3iff",
          "com.microsoft:QuickGelu f",
          "com.microsoft:TransposeMatMul ff transA transB",
          "com.microsoft:DynamicTimeWarping f",
          "com.microsoft:UnfoldTensor f dim size step");

  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          -1L,
          2L,
          -2L,
          3L,
          7L,
          -7L,
          255L,
          1L << 20,
          Integer.MAX_VALUE + 0L,
          Integer.MIN_VALUE + 0L,
          1L << 31,
          1L << 32,
          -(1L << 32),
          1L << 40,
          1L << 61,
          1L << 62,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          Long.MIN_VALUE + 1);

  private static final float[] FLOATS = {
    0,
    -0f,
    1,
    -1,
    0.5f,
    2,
    1e-30f,
    1e9f,
    -1e9f,
    1e30f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Integer.MIN_VALUE,
    Long.MAX_VALUE
  };

  /** How many there are of other operators before the first comes again. */
  static int operators() {
    return TABLE.size();
  }

  /** The same for the same seed and number. */
  static HostileOperator of(long seed, int number) {
    Random random = new Random(seed * 1_000_003 + number);
    String[] entry = TABLE.get(number % TABLE.size()).split(" ");
    String[] named = entry[0].split(":");
    GraphProto.Builder graph = GraphProto.newBuilder();
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setDomain(named.length > 1 ? named[0] : "")
            .setOpType(named[named.length - 1])
            .addOutput("y");
    boolean hidden = random.nextBoolean();
    boolean tame = random.nextInt(3) == 0;
    for (char kind : entry[1].toCharArray()) {
      node.addInput(kind == '-' ? "" : operand(graph, kind, hidden, tame, random));
    }
    for (int i = 2; i < entry.length; i++) {
      if (random.nextInt(4) > 0) {
        node.addAttribute(attribute(entry[i], random));
      }
    }
    graph
        .addInput(Graphs.value("x", Graphs.FLOAT, "N"))
        .addNode(Graphs.node("Identity", "same", "x"))
        .addOutput(Graphs.value("same", Graphs.FLOAT, "N"))
        .addNode(node)
        .addOutput(ValueInfoProto.newBuilder().setName("y"));
    ModelProto model =
        Graphs.model(graph).toBuilder()
            .setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(20))
            .addOpsetImport(set("ai.onnx.ml", 3))
            .addOpsetImport(set("com.microsoft", 1))
            .build();
    return new HostileOperator(entry[0], model);
  }

  private static OperatorSetIdProto set(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static String operand(
      GraphProto.Builder graph, char kind, boolean hidden, boolean tame, Random random) {
    String name = "k" + graph.getInitializerCount();
    graph.addInitializer(tensor(kind, tame, random).setName(name));
    if (!hidden) {
      return name;
    }
    String index = "i" + name;
    graph
        .addInitializer(
            TensorProto.newBuilder()
                .setName(index)
                .setDataType(DataType.INT64_VALUE)
                .addInt64Data(0))
        .addNode(Graphs.node("SequenceConstruct", "s" + name, name))
        .addNode(Graphs.node("SequenceAt", "h" + name, "s" + name, index));
    return "h" + name;
  }

  private static TensorProto.Builder tensor(char kind, boolean tame, Random random) {
    TensorProto.Builder tensor = TensorProto.newBuilder();
    int rank =
        switch (kind) {
          case 's', 'g' -> 0;
          case 'l' -> 1;
          case '3' -> 3;
          case '4' -> 4;
          default -> random.nextInt(4);
        };
    int count = 1;
    for (int i = 0; i < rank; i++) {
      int size = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(3);
      tensor.addDims(size);
      count *= size;
    }
    for (int i = 0; i < count; i++) {
      long number = tame ? random.nextInt(5) - 1 : NUMBERS.get(random.nextInt(NUMBERS.size()));
      switch (kind) {
        case 'i', 'l', 's' -> tensor.setDataType(DataType.INT64_VALUE).addInt64Data(number);
        case 'n' -> tensor.setDataType(DataType.INT32_VALUE).addInt32Data((int) number);
        case 'u' -> tensor.setDataType(DataType.UINT8_VALUE).addInt32Data((int) number & 0xff);
        case 'c' -> tensor.setDataType(DataType.INT8_VALUE).addInt32Data((byte) number);
        case 'b' -> tensor.setDataType(DataType.BOOL_VALUE).addInt32Data((int) number & 1);
        case 't' ->
            tensor
                .setDataType(DataType.STRING_VALUE)
                .addStringData(
                    ByteString.copyFromUtf8(tame ? "a b" : "\0" + number + "\ud83d\ude00"));
        case 'd' -> tensor.setDataType(DataType.DOUBLE_VALUE).addDoubleData(real(tame, random));
        default -> tensor.setDataType(DataType.FLOAT_VALUE).addFloatData(real(tame, random));
      }
    }
    return tensor.getDataType() == 0 ? tensor.setDataType(empty(kind)) : tensor;
  }

  private static int empty(char kind) {
    return switch (kind) {
      case 'i', 'l' -> DataType.INT64_VALUE;
      case 'n' -> DataType.INT32_VALUE;
      case 'u' -> DataType.UINT8_VALUE;
      case 'c' -> DataType.INT8_VALUE;
      case 'b' -> DataType.BOOL_VALUE;
      case 't' -> DataType.STRING_VALUE;
      case 'd' -> DataType.DOUBLE_VALUE;
      default -> DataType.FLOAT_VALUE;
    };
  }

  private static float real(boolean tame, Random random) {
    return tame ? random.nextInt(5) - 1 : FLOATS[random.nextInt(FLOATS.length)];
  }

  private static AttributeProto attribute(String spec, Random random) {
    String[] parts = spec.split("=", 2);
    AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(parts[0]);
    if (parts.length > 1 && !parts[1].matches("\\d+")) {
      String[] words = parts[1].split("\\|");
      return attribute
          .setType(AttributeType.STRING)
          .setS(ByteString.copyFromUtf8(words[random.nextInt(words.length)]))
          .build();
    }
    boolean list =
        parts[0].endsWith("s") && !parts[0].equals("batch_dims") && !parts[0].equals("num_outputs")
            || parts[0].endsWith("_shape")
            || List.of("perm", "shape", "dilations", "output_padding").contains(parts[0]);
    boolean tame = random.nextBoolean();
    if (!list) {
      long number =
          parts.length > 1
              ? Long.parseLong(parts[1])
              : tame ? random.nextInt(5) - 1 : NUMBERS.get(random.nextInt(NUMBERS.size()));
      return attribute.setType(AttributeType.INT).setI(number).build();
    }
    attribute.setType(AttributeType.INTS);
    for (int i = random.nextInt(5); i > 0; i--) {
      attribute.addInts(tame ? random.nextInt(4) : NUMBERS.get(random.nextInt(NUMBERS.size())));
    }
    return attribute.build();
  }

  /** Into a file. */
  Path write(Path folder) throws IOException {
    return Graphs.save(folder, "operator", model);
  }
}
