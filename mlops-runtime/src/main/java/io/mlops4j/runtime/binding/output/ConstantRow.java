package io.mlops4j.runtime.binding.output;

import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.TensorSpec.Dim;
import io.mlops4j.model.ValueSpec;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.arrow.memory.util.Float16;

/** One value, or several, for each output of a model. Immutable. */
public final class ConstantRow {
  private final List<Column> columns;
  private final Digest digest;

  private ConstantRow(List<Column> columns, Digest digest) {
    this.columns = columns;
    this.digest = digest;
  }

  /**
   * The values of one output.
   *
   * @param dims the dimensions of the values of a row
   * @param elements the encoded elements; those of a text are UTF-8
   */
  record Column(OutputPlan plan, List<Long> dims, List<byte[]> elements) {
    int width() {
      return elements.size();
    }

    boolean isText() {
      return plan.type() == ElementType.STRING;
    }

    /** The elements of a row, one after the other. */
    byte[] row() {
      ByteBuffer row = ByteBuffer.allocate(elements.stream().mapToInt(each -> each.length).sum());
      elements.forEach(row::put);
      return row.array();
    }
  }

  /**
   * Checks values against the outputs of a model.
   *
   * @param signature the model's inputs and outputs
   * @param values a number, a boolean or a text for each output, or a list or array of them for
   *     several values in a row
   * @return the values
   * @throws IllegalArgumentException if an output is missing, unknown, not a tensor of rows, or has
   *     values of another type or number
   */
  public static ConstantRow of(ModelSignature signature, Map<String, ?> values) {
    List<String> names = signature.outputs().stream().map(ValueSpec::name).toList();
    for (String name : values.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "default prediction: found the output \"%s\", expected one of %s%s"
                .formatted(name, names, Suggestions.hint(name, names)));
      }
    }
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Object value = values.get(names.get(i));
      if (value == null) {
        throw new IllegalArgumentException(
            "default prediction: found no value for the output \"%s\", expected one for each of %s"
                .formatted(names.get(i), names));
      }
      columns.add(column(new OutputPlan(i, signature.outputs().get(i)), value));
    }
    StringBuilder text = new StringBuilder();
    new TreeMap<>(values)
        .forEach((name, value) -> text.append(name).append('=').append(list(value)).append('\n'));
    return new ConstantRow(
        List.copyOf(columns), Digest.sha256(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  List<Column> columns() {
    return columns;
  }

  /**
   * Returns a digest of the names and values.
   *
   * @return SHA-256 of a line {@code name=[values]} for each output, sorted by name
   */
  public Digest digest() {
    return digest;
  }

  private static Column column(OutputPlan plan, Object value) {
    List<Object> values = list(value);
    List<byte[]> elements = new ArrayList<>();
    if (values.isEmpty()) {
      throw unfit(plan, "no value", "one or more");
    }
    if (!plan.isTensor()) {
      throw unfit(
          plan, "a default", "an output that is a tensor; a sequence or map has no default");
    }
    values.forEach(each -> elements.add(encode(plan, each)));
    return new Column(plan, dims(plan, values.size()), List.copyOf(elements));
  }

  private static List<Object> list(Object value) {
    List<Object> list = new ArrayList<>();
    if (value instanceof List<?> several) {
      several.forEach(each -> list.add(Objects.requireNonNull(each, "value")));
    } else if (value.getClass().isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        list.add(Objects.requireNonNull(Array.get(value, i), "value"));
      }
    } else {
      list.add(value);
    }
    return list;
  }

  /** The dimensions after the first, which counts the rows. One open dimension is filled in. */
  private static List<Long> dims(OutputPlan plan, int width) {
    TensorSpec tensor = plan.requireTensor("values");
    List<Dim> shape = tensor.shape();
    if (shape.isEmpty() && !tensor.anyRank()) {
      throw unfit(plan, "a scalar", "an output with a row for each row of the input");
    }
    if (shape.isEmpty()) {
      return width == 1 ? List.of() : List.of((long) width);
    }
    long known = 1;
    int open = -1;
    long[] dims = new long[shape.size() - 1];
    for (int i = 0; i < dims.length; i++) {
      OptionalLong size = shape.get(i + 1).size();
      dims[i] = size.orElse(1);
      known *= dims[i];
      open = size.isEmpty() ? i : open;
    }
    if (open >= 0 && width % known == 0) {
      dims[open] = width / known;
    } else if (width != known) {
      throw unfit(plan, width + " values", known + " for each row");
    }
    return Arrays.stream(dims).boxed().toList();
  }

  private static byte[] encode(OutputPlan plan, Object value) {
    ElementType type = plan.type();
    if (type == ElementType.STRING && value instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    if (type == ElementType.BOOL && value instanceof Boolean bool) {
      return new byte[] {(byte) (bool ? 1 : 0)};
    }
    if (type == ElementType.STRING
        || type == ElementType.BOOL
        || !(value instanceof Number number)) {
      throw unfit(plan, describe(value), "a value of type " + type);
    }
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    switch (type) {
      case FLOAT64 -> bytes.putDouble(number.doubleValue());
      case FLOAT32 -> bytes.putFloat(finite(plan, number, number.floatValue()));
      case FLOAT16 -> {
        short half = Float16.toFloat16(number.floatValue());
        finite(plan, number, Float16.toFloat(half));
        bytes.putShort(half);
      }
      case BFLOAT16 -> {
        int bits = Float.floatToIntBits(number.floatValue());
        int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
        finite(plan, number, Float.intBitsToFloat(rounded << 16));
        bytes.putShort((short) rounded);
      }
      default -> putWhole(plan, bytes, number);
    }
    byte[] encoded = new byte[type.bytes()];
    bytes.flip().get(encoded);
    return encoded;
  }

  /** Rounding is fine; a finite number that becomes infinite is not. */
  private static float finite(OutputPlan plan, Number value, float rounded) {
    if (Double.isFinite(value.doubleValue()) && !Float.isFinite(rounded)) {
      throw unfit(plan, describe(value), "a number in the range of " + plan.type());
    }
    return rounded;
  }

  private static void putWhole(OutputPlan plan, ByteBuffer bytes, Number number) {
    long value = number.longValue();
    long least =
        switch (plan.type()) {
          case INT8 -> Byte.MIN_VALUE;
          case INT16 -> Short.MIN_VALUE;
          case INT32 -> Integer.MIN_VALUE;
          case INT64 -> Long.MIN_VALUE;
          default -> 0;
        };
    long most =
        switch (plan.type()) {
          case INT8 -> Byte.MAX_VALUE;
          case INT16 -> Short.MAX_VALUE;
          case INT32 -> Integer.MAX_VALUE;
          case UINT8 -> 0xff;
          case UINT16 -> 0xffff;
          case UINT32 -> 0xffff_ffffL;
          default -> Long.MAX_VALUE;
        };
    boolean isWhole = number.doubleValue() == value || number instanceof Long;
    if (!isWhole || value < least || value > most) {
      throw unfit(plan, describe(number), "a whole number from " + least + " to " + most);
    }
    switch (plan.type().bytes()) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      case 4 -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
  }

  private static String describe(Object value) {
    return value + " (" + value.getClass().getSimpleName() + ")";
  }

  private static IllegalArgumentException unfit(OutputPlan plan, String found, String expected) {
    return new IllegalArgumentException(
        "default prediction: output \"%s\", %s: found %s, expected %s"
            .formatted(plan.name(), plan.spec(), found, expected));
  }
}
