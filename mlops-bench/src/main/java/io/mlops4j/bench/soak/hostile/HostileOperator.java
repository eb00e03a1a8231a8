package io.mlops4j.bench.soak.hostile;

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
import io.mlops4j.bench.soak.part.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model of one operator that takes indices, sizes or counts, and data that mean ill.
 *
 * <p>The data are constants. In five models of six they come out of a sequence, so that ONNX
 * Runtime sees them only when the operator runs, as it would a caller's.
 *
 * @param name the operator, for messages
 * @param model its model, whose input {@code x} only goes through
 */
record HostileOperator(String name, ModelProto model) {
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

  private static final Pattern OPERAND = Pattern.compile("([a-zA-Z-])(\\[[\\d,]*\\])?");

  /** How many there are of other operators before the first comes again. */
  static int operators() {
    return OperatorTable.ROWS.size();
  }

  /** The same for the same seed and number. */
  static HostileOperator of(long seed, int number) {
    return new Maker(seed, number).made();
  }

  /** Makes one; its operands share their dimensions, as most operators expect. */
  private static final class Maker {
    private final Random random;
    private final OperatorTable.Row row;
    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final int[] dims;

    Maker(long seed, int number) {
      random = new Random(seed * 1_000_003 + number);
      row = OperatorTable.ROWS.get(number % OperatorTable.ROWS.size());
      dims = new int[row.rank() > 0 ? row.rank() : 1 + random.nextInt(3)];
      Arrays.setAll(dims, i -> random.nextInt(24) == 0 ? 0 : 1 + random.nextInt(3));
    }

    HostileOperator made() {
      NodeProto.Builder node =
          NodeProto.newBuilder()
              .setDomain(row.domain())
              .setOpType(row.operator())
              .addOutput(row.after().isEmpty() ? "y" : "q");
      for (int i = 1; i < row.outputs(); i++) {
        node.addOutput("y" + i);
      }
      Matcher operands = OPERAND.matcher(row.operands());
      boolean hidden = random.nextInt(6) > 0;
      int operand = 0;
      int hostile =
          random.nextInt(Math.max(1, row.operands().replaceAll("\\[.*?\\]", "").length()));
      boolean all = random.nextInt(6) == 0;
      while (operands.find()) {
        char kind = operands.group(1).charAt(0);
        boolean means = all || operand++ == hostile || random.nextInt(4) == 0;
        node.addInput(kind == '-' ? "" : operand(kind, operands.group(2), hidden, means));
      }
      row.attributes().forEach(spec -> attribute(node, spec));
      if (row.operator().equals("Loop")) {
        node.addAttribute(Graphs.countingBody());
      }
      graph
          .addInput(Graphs.value("x", Graphs.FLOAT, "N"))
          .addNode(Graphs.node("Identity", "same", "x"))
          .addOutput(Graphs.value("same", Graphs.FLOAT, "N"))
          .addNode(node)
          .addOutput(ValueInfoProto.newBuilder().setName("y"));
      if (!row.after().isEmpty()) {
        graph.addNode(Graphs.node(row.after(), "y", "q"));
      }
      ModelProto model =
          Graphs.model(graph).toBuilder()
              .setIrVersion(10)
              .setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(row.set()))
              .addOpsetImport(set("ai.onnx.ml", 3))
              .addOpsetImport(set("com.microsoft", 1))
              .build();
      return new HostileOperator(row.name(), model);
    }

    private static OperatorSetIdProto set(String domain, long version) {
      return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
    }

    private String operand(char kind, @Nullable String shape, boolean hidden, boolean hostile) {
      String name = "k" + graph.getInitializerCount();
      graph.addInitializer(tensor(kind, shape, hostile).setName(name));
      if (!hidden && kind != 'q') {
        return name;
      }
      String index = "i" + name;
      graph
          .addInitializer(
              TensorProto.newBuilder()
                  .setName(index)
                  .setDataType(DataType.INT64_VALUE)
                  .addInt64Data(0))
          .addNode(Graphs.node("SequenceConstruct", "s" + name, name));
      if (kind == 'q') {
        return "s" + name;
      }
      graph.addNode(Graphs.node("SequenceAt", "h" + name, "s" + name, index));
      return "h" + name;
    }

    /** As long as an operator expects it, but for one of twelve. */
    private int[] shape(char kind, @Nullable String given) {
      if (given != null) {
        String inside = given.substring(1, given.length() - 1);
        return inside.isEmpty()
            ? new int[0]
            : Stream.of(inside.split(",")).mapToInt(Integer::parseInt).toArray();
      }
      if (random.nextInt(12) == 0) {
        return new int[] {random.nextInt(4)};
      }
      return switch (kind) {
        case 's', 'g' -> new int[0];
        case 'l', 'e' -> new int[] {dims.length};
        case 'L' -> new int[] {2 * dims.length};
        case 'o' -> new int[] {1};
        case 'v' -> new int[] {dims[0]};
        default -> dims;
      };
    }

    private TensorProto.Builder tensor(char kind, @Nullable String given, boolean hostile) {
      TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type(kind));
      int count = 1;
      for (int size : shape(kind, given)) {
        tensor.addDims(size);
        count *= size;
      }
      for (int i = 0; i < count; i++) {
        boolean tame = !hostile || random.nextInt(3) == 0;
        long number = tame ? random.nextInt(3) : NUMBERS.get(random.nextInt(NUMBERS.size()));
        switch (tensor.getDataType()) {
          case DataType.INT64_VALUE -> tensor.addInt64Data(number);
          case DataType.INT32_VALUE -> tensor.addInt32Data((int) number);
          case DataType.UINT8_VALUE -> tensor.addInt32Data((int) number & 0xff);
          case DataType.UINT64_VALUE -> tensor.addUint64Data(number);
          case DataType.INT8_VALUE -> tensor.addInt32Data((byte) number);
          case DataType.BOOL_VALUE -> tensor.addInt32Data((int) number & 1);
          case DataType.STRING_VALUE ->
              tensor.addStringData(
                  ByteString.copyFromUtf8(tame ? "a b" : "\0" + number + "\ud83d\ude00"));
          case DataType.DOUBLE_VALUE -> tensor.addDoubleData(real(tame));
          default -> tensor.addFloatData(real(tame));
        }
      }
      return tensor;
    }

    private static int type(char kind) {
      return switch (kind) {
        case 'i', 'l', 'L', 's', 'o', 'v' -> DataType.INT64_VALUE;
        case 'n' -> DataType.INT32_VALUE;
        case 'u' -> DataType.UINT8_VALUE;
        case 'U' -> DataType.UINT64_VALUE;
        case 'c' -> DataType.INT8_VALUE;
        case 'b' -> DataType.BOOL_VALUE;
        case 't' -> DataType.STRING_VALUE;
        case 'd' -> DataType.DOUBLE_VALUE;
        default -> DataType.FLOAT_VALUE;
      };
    }

    private float real(boolean tame) {
      return tame ? random.nextInt(3) : FLOATS[random.nextInt(FLOATS.length)];
    }

    private void attribute(NodeProto.Builder node, String spec) {
      String[] parts = spec.split("=", 2);
      if (parts.length == 1 && random.nextInt(4) == 0) {
        return;
      }
      AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(parts[0]);
      String value = parts.length == 1 ? "0|1|-1" : parts[1];
      boolean hostile = random.nextInt(10) == 0;
      if (value.startsWith("[")) {
        attribute.setType(AttributeType.INTS);
        for (String number : value.substring(1, value.length() - 1).split(",", -1)) {
          attribute.addInts(hostile && random.nextBoolean() ? hostile() : Long.parseLong(number));
        }
      } else {
        String[] words = value.split("\\|", -1);
        String word = words[random.nextInt(words.length)];
        if (word.matches("-?\\d+")) {
          attribute.setType(AttributeType.INT).setI(hostile ? hostile() : Long.parseLong(word));
        } else if (word.matches("-?\\d+\\.\\d+")) {
          attribute.setType(AttributeType.FLOAT).setF(Float.parseFloat(word));
        } else {
          attribute.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(word));
        }
      }
      node.addAttribute(attribute);
    }

    private long hostile() {
      return NUMBERS.get(random.nextInt(NUMBERS.size()));
    }
  }

  /** Into a file. */
  Path write(Path folder) throws IOException {
    return Graphs.save(folder, "operator", model);
  }
}
