package io.mlops4j.bench.soak.hostile;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.mlops4j.bench.soak.part.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model of one operator whose attributes do not fit each other or its data: lists that are one
 * shorter, one longer, empty or missing, and numbers that are out of range.
 *
 * @param name the operator and what was changed, for messages
 */
record HostileAttributes(String name, ModelProto model) {
  private static final long[] NUMBERS = {
    -1,
    1,
    3,
    1000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    -(1L << 40),
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final float[] FLOATS = {Float.NaN, Float.POSITIVE_INFINITY, -1e30f, 0};

  /** Of inputs; -1 is a dimension that a caller chooses. */
  private static final List<List<Integer>> SHAPES =
      List.of(
          List.of(-1, 0),
          List.of(-1, 1),
          List.of(-1, 2),
          List.of(-1, 3),
          List.of(-1, 4),
          List.of(-1, 5000),
          List.of(-1, -1),
          List.of(-1),
          List.of(1),
          List.of(2),
          List.of(3),
          List.of(5000),
          List.of(),
          List.of(0, 2),
          List.of(1, 2),
          List.of(1, 3),
          List.of(64, 2),
          List.of(-1, 2, 2),
          List.of(-1, 1, 3));

  private static final Pattern INPUT = Pattern.compile("([a-z])(=?)\\[([-\\d,]*)\\]");

  /** How many there are of other operators before the first comes again. */
  static int operators() {
    return AttributeTable.ROWS.size();
  }

  /**
   * The same for the same seed and number. Of an operator, the first have one change each, in a
   * fixed order; the others have two or three at random.
   */
  static HostileAttributes of(long seed, int number) {
    AttributeTable.Row row = AttributeTable.ROWS.get(number % operators());
    Random random = new Random(seed * 1_000_003 + number);
    Maker maker = new Maker(row, random);
    List<Change> changes = maker.changes();
    int turn = number / operators();
    StringBuilder said = new StringBuilder(row.operator());
    List<Change> chosen = new ArrayList<>();
    if (turn < changes.size()) {
      chosen.add(changes.get(turn));
    } else {
      for (int i = 2 + random.nextInt(2); i > 0; i--) {
        chosen.add(changes.get(random.nextInt(changes.size())));
      }
    }
    for (Change change : chosen) {
      change.apply.run();
      said.append(", ").append(change.what);
    }
    return new HostileAttributes(said.toString(), maker.made());
  }

  /** Into a file. */
  Path write(Path folder) throws IOException {
    return Graphs.save(folder, "attributes", model);
  }

  private record Change(String what, Runnable apply) {}

  /** An input, or a constant if it has values. */
  private static final class Input {
    private final char type;
    private final boolean constant;
    private List<Integer> shape = new ArrayList<>();
    private List<Long> values = new ArrayList<>();

    Input(Matcher found) {
      type = found.group(1).charAt(0);
      constant = !found.group(2).isEmpty();
      List<Long> numbers =
          found.group(3).isEmpty()
              ? List.of()
              : Arrays.stream(found.group(3).split(",")).map(Long::valueOf).toList();
      if (constant) {
        values.addAll(numbers);
      } else {
        shape.add(-1);
        numbers.forEach(size -> shape.add(size.intValue()));
      }
    }
  }

  private static final class Maker {
    private final AttributeTable.Row row;
    private final List<AttributeProto.Builder> attributes = new ArrayList<>();
    private final List<Input> inputs = new ArrayList<>();

    Maker(AttributeTable.Row row, Random random) {
      this.row = row;
      row.attributes().forEach(spec -> attributes.add(attribute(spec, random)));
      Matcher found = INPUT.matcher(row.inputs());
      while (found.find()) {
        inputs.add(new Input(found));
      }
    }

    private static AttributeProto.Builder attribute(String spec, Random random) {
      String[] parts = spec.split("=", 2);
      AttributeProto.Builder made = AttributeProto.newBuilder().setName(parts[0]);
      if (parts[1].endsWith("]")) {
        String[] words = parts[1].substring(2, parts[1].length() - 1).split(",");
        switch (parts[1].charAt(0)) {
          case 'i' -> {
            made.setType(AttributeType.INTS);
            Arrays.stream(words).map(Long::valueOf).forEach(made::addInts);
          }
          case 'f' -> {
            made.setType(AttributeType.FLOATS);
            Arrays.stream(words).map(Float::valueOf).forEach(made::addFloats);
          }
          case 's' -> {
            made.setType(AttributeType.STRINGS);
            Arrays.stream(words).map(ByteString::copyFromUtf8).forEach(made::addStrings);
          }
          default -> {
            boolean floats = parts[1].charAt(0) == 'F';
            TensorProto.Builder tensor =
                TensorProto.newBuilder()
                    .addDims(words.length)
                    .setDataType(floats ? DataType.FLOAT_VALUE : DataType.UINT8_VALUE);
            for (String word : words) {
              if (floats) {
                tensor.addFloatData(Float.parseFloat(word));
              } else {
                tensor.addInt32Data(Integer.parseInt(word));
              }
            }
            made.setType(AttributeType.TENSOR).setT(tensor);
          }
        }
        return made;
      }
      String[] words = parts[1].split("\\|", -1);
      String word = words[random.nextInt(words.length)];
      if (word.matches("-?\\d+")) {
        return made.setType(AttributeType.INT).setI(Long.parseLong(word));
      }
      return word.matches("-?\\d+\\.\\d+")
          ? made.setType(AttributeType.FLOAT).setF(Float.parseFloat(word))
          : made.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(word));
    }

    List<Change> changes() {
      List<Change> all = new ArrayList<>();
      all.add(new Change("as it should be", () -> {}));
      attributes.forEach(attribute -> changes(attribute, all));
      for (int i = 0; i < inputs.size(); i++) {
        Input input = inputs.get(i);
        String what = "input " + i;
        if (input.constant) {
          numbers(
              what,
              input.values.size(),
              number -> all.add(new Change(what + " all " + number, () -> fill(input, number))),
              all,
              (at, number) -> {
                if (at < input.values.size()) {
                  input.values.set(at, number);
                }
              });
          all.add(new Change(what + " empty", input.values::clear));
        } else {
          for (List<Integer> shape : SHAPES) {
            all.add(new Change(what + " of shape " + shape, () -> input.shape = shape));
          }
        }
      }
      return all;
    }

    private static void fill(Input input, long number) {
      input.values.replaceAll(old -> number);
    }

    private interface Setter {
      void set(int at, long number);
    }

    /** Numbers in the first place, in the last, and in all. */
    private static void numbers(
        String what, int size, Consumer<Long> all, List<Change> changes, Setter setter) {
      for (long number : NUMBERS) {
        changes.add(new Change(what + " first " + number, () -> setIf(setter, 0, size, number)));
        changes.add(
            new Change(what + " last " + number, () -> setIf(setter, size - 1, size, number)));
        all.accept(number);
      }
    }

    private static void setIf(Setter setter, int at, int size, long number) {
      if (at < size) {
        setter.set(at, number);
      }
    }

    private void changes(AttributeProto.Builder attribute, List<Change> all) {
      String what = attribute.getName();
      all.add(
          new Change("no " + what, () -> attributes.removeIf(each -> each.getName().equals(what))));
      switch (attribute.getType()) {
        case INT -> {
          for (long number : NUMBERS) {
            all.add(new Change(what + " " + number, () -> attribute.setI(number)));
          }
        }
        case INTS -> {
          lengths(what, attribute, all);
          numbers(
              what,
              attribute.getIntsCount(),
              number ->
                  all.add(
                      new Change(what + " all " + number, () -> each(attribute, old -> number))),
              all,
              (at, number) -> {
                if (at < attribute.getIntsCount()) {
                  attribute.setInts(at, number);
                }
              });
          all.add(new Change(what + " one more each", () -> each(attribute, old -> old + 1)));
        }
        case FLOATS -> {
          lengths(what, attribute, all);
          for (float number : FLOATS) {
            all.add(
                new Change(
                    what + " all " + number,
                    () -> {
                      for (int i = 0; i < attribute.getFloatsCount(); i++) {
                        attribute.setFloats(i, number);
                      }
                    }));
          }
        }
        case STRINGS, TENSOR -> lengths(what, attribute, all);
        default -> {
          // a float or a word
        }
      }
    }

    private static void each(AttributeProto.Builder attribute, LongUnaryOperator change) {
      for (int i = 0; i < attribute.getIntsCount(); i++) {
        attribute.setInts(i, change.applyAsLong(attribute.getInts(i)));
      }
    }

    private static void lengths(String what, AttributeProto.Builder attribute, List<Change> all) {
      all.add(new Change("empty " + what, () -> resize(attribute, 0)));
      all.add(new Change("one " + what, () -> resize(attribute, 1)));
      all.add(new Change(what + " shorter", () -> resize(attribute, size(attribute) - 1)));
      all.add(new Change(what + " longer", () -> resize(attribute, size(attribute) + 1)));
      all.add(new Change(what + " doubled", () -> resize(attribute, 2 * size(attribute))));
      all.add(new Change(what + " very long", () -> resize(attribute, 1000)));
      if (attribute.getType() == AttributeType.TENSOR) {
        all.add(new Change(what + " said longer", () -> attribute.getTBuilder().setDims(0, 100)));
        all.add(new Change(what + " said shorter", () -> attribute.getTBuilder().setDims(0, 1)));
        all.add(new Change(what + " said negative", () -> attribute.getTBuilder().setDims(0, -1)));
      }
    }

    private static int size(AttributeProto.Builder attribute) {
      TensorProto tensor = attribute.getT();
      return switch (attribute.getType()) {
        case INTS -> attribute.getIntsCount();
        case FLOATS -> attribute.getFloatsCount();
        case STRINGS -> attribute.getStringsCount();
        default -> tensor.getFloatDataCount() + tensor.getInt32DataCount();
      };
    }

    /** Repeats the values, or leaves out the last. */
    private static void resize(AttributeProto.Builder attribute, int wanted) {
      AttributeProto old = attribute.build();
      int size = size(attribute);
      attribute.clearInts().clearFloats().clearStrings();
      TensorProto.Builder tensor = old.getT().toBuilder().clearFloatData().clearInt32Data();
      for (int i = 0; i < wanted && size > 0; i++) {
        int at = i % size;
        switch (old.getType()) {
          case INTS -> attribute.addInts(old.getInts(at));
          case FLOATS -> attribute.addFloats(old.getFloats(at));
          case STRINGS -> attribute.addStrings(old.getStrings(at));
          default -> {
            if (old.getT().getFloatDataCount() > 0) {
              tensor.addFloatData(old.getT().getFloatData(at));
            } else {
              tensor.addInt32Data(old.getT().getInt32Data(at));
            }
          }
        }
      }
      if (old.getType() == AttributeType.TENSOR) {
        attribute.setT(tensor.setDims(0, Math.max(wanted, 0)));
      }
    }

    ModelProto made() {
      GraphProto.Builder graph = GraphProto.newBuilder();
      NodeProto.Builder node =
          NodeProto.newBuilder().setDomain(row.domain()).setOpType(row.operator());
      for (int i = 0; i < inputs.size(); i++) {
        Input input = inputs.get(i);
        String name = "x" + i;
        node.addInput(name);
        if (input.constant) {
          graph.addInitializer(
              Graphs.longs(name, input.values.stream().mapToLong(v -> v).toArray()));
        } else {
          graph.addInput(value(name, input));
        }
      }
      for (int i = 0; i < row.outputs(); i++) {
        node.addOutput("y" + i);
        graph.addOutput(ValueInfoProto.newBuilder().setName("y" + i));
      }
      attributes.forEach(node::addAttribute);
      graph.addNode(node);
      ModelProto.Builder model = Graphs.model(graph).toBuilder().setIrVersion(8);
      if (!row.domain().isEmpty()) {
        model.addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain(row.domain()).setVersion(row.version()));
      }
      return model.build();
    }

    private static ValueInfoProto value(String name, Input input) {
      ValueInfoProto.Builder value = Graphs.value(name, type(input.type)).toBuilder();
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (int size : input.shape) {
        if (size < 0) {
          shape.addDimBuilder().setDimParam("N" + shape.getDimCount());
        } else {
          shape.addDimBuilder().setDimValue(size);
        }
      }
      value.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
      return value.build();
    }

    private static int type(char letter) {
      return switch (letter) {
        case 'i' -> Graphs.INT64;
        case 'n' -> Graphs.INT32;
        case 'd' -> Graphs.DOUBLE;
        case 's' -> Graphs.STRING;
        default -> Graphs.FLOAT;
      };
    }
  }
}
