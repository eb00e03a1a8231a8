package io.mlops4j.runtime.binding.output;

import static java.lang.invoke.MethodType.methodType;

import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.record.Components;
import io.mlops4j.runtime.binding.record.JavaNames;
import io.mlops4j.runtime.binding.type.Widening;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Creates output records from answers. It is bound once for a record class. Thread safe.
 *
 * @param <O> the record
 */
public final class RecordReader<O extends Record> {
  private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

  private final Class<O> type;

  private final MethodHandle make;

  private RecordReader(Class<O> type, MethodHandle make) {
    this.type = type;
    this.make = make;
  }

  /**
   * Binds a record class.
   *
   * @param lookup a lookup with access to the record; null for records of the class path
   * @param type the record class; its components are outputs, a {@link PredictionId} or a {@link
   *     ServedBy}
   * @param signature the model's inputs and outputs
   * @param <O> the record
   * @return the reader of such records
   * @throws ModelInputException if a component is unknown or has a wrong type
   */
  public static <O extends Record> RecordReader<O> of(
      MethodHandles.@Nullable Lookup lookup, Class<O> type, ModelSignature signature) {
    MethodHandle make = Components.constructor(Components.lookup(lookup), type);
    RecordComponent[] components = type.getRecordComponents();
    int[] order = new int[2 * components.length];
    for (int i = components.length - 1; i >= 0; i--) {
      make = MethodHandles.collectArguments(make, i, reader(components[i], signature));
    }
    for (int i = 0; i < order.length; i++) {
      order[i] = i % 2;
    }
    MethodType taken = methodType(type, Answer.class, int.class);
    return new RecordReader<>(
        type,
        MethodHandles.permuteArguments(make, taken, order)
            .asType(methodType(Record.class, Answer.class, int.class)));
  }

  /**
   * Creates the record of a row.
   *
   * @param answer the answers
   * @param row the row, from 0
   * @return a new record
   */
  public O read(Answer answer, int row) {
    try {
      return type.cast((Record) make.invokeExact(answer, row));
    } catch (Throwable e) {
      throw Components.unchecked(e);
    }
  }

  private static MethodHandle reader(RecordComponent component, ModelSignature signature) {
    Class<?> type = component.getType();
    if (type == PredictionId.class) {
      return method("id", type, int.class);
    }
    if (type == ServedBy.class) {
      return MethodHandles.dropArguments(method("servedBy", type), 1, int.class);
    }
    List<String> names = signature.outputs().stream().map(ValueSpec::name).toList();
    String name = JavaNames.find(component.getName(), names);
    if (name == null) {
      throw Components.unknown(
          component.getName(),
          JavaNames.describe(names) + ", the model's outputs, or a PredictionId or ServedBy",
          Suggestions.hint(component.getName(), names));
    }
    int output = names.indexOf(name);
    return reader(component, new OutputPlan(output, signature.outputs().get(output)));
  }

  private static MethodHandle reader(RecordComponent component, OutputPlan plan) {
    ValueSpec spec = plan.spec();
    Class<?> type = component.getType();
    ElementType held = Components.elementType(type);
    if (plan.isOfMaps()
        && component.getGenericType() instanceof ParameterizedType map
        && type == Map.class
        && List.of(map.getActualTypeArguments()).equals(mapTypes(plan))) {
      MethodHandle read = find("mapAt", Map.class, int.class, Answer.class, int.class);
      return MethodHandles.insertArguments(read, 0, plan.output());
    }
    if (!(spec instanceof TensorSpec tensor)
        || held == null
        || type.isEnum()
        || !Widening.isExact(tensor.type(), held)) {
      throw new ModelInputException(
          component.getName(),
          component.getGenericType().getTypeName().replaceAll("java\\.(lang|util)\\.", ""),
          "what holds the model's " + spec + expectedTypes(plan));
    }
    if (!type.isArray() && plan.hasSeveral()) {
      throw new ModelInputException(
          component.getName(), type.getSimpleName(), "an array, because the model returns " + spec);
    }
    Class<?> value = type.isArray() ? type.getComponentType() : type;
    Class<?> primitive = methodType(value).unwrap().returnType();
    Class<?> wide = wide(tensor.type());
    String name = wide.getSimpleName().toLowerCase(Locale.ROOT);
    if (type.isArray()
        && !((primitive.isPrimitive() && primitive == value) || held == ElementType.STRING)) {
      throw new ModelInputException(
          component.getName(), type.getSimpleName(), "an array of primitives or of String");
    }
    if (type.isArray()) {
      MethodHandle array =
          find("array", Object.class, Class.class, int.class, Answer.class, int.class);
      return MethodHandles.insertArguments(array, 0, value, plan.output())
          .asType(methodType(type, Answer.class, int.class));
    }
    MethodHandle get = find(name + "At", wide, int.class, Answer.class, int.class);
    get = MethodHandles.insertArguments(get, 0, plan.output());
    if (primitive.isPrimitive()) {
      get = MethodHandles.explicitCastArguments(get, get.type().changeReturnType(primitive));
    }
    return get.asType(get.type().changeReturnType(type));
  }

  /** Returns the types of the keys and values of the map that the model returns for each row. */
  private static List<Class<?>> mapTypes(OutputPlan plan) {
    MapSpec map = plan.map();
    return List.of(boxed(map.key()), boxed(((TensorSpec) map.value()).type()));
  }

  private static Class<?> boxed(ElementType type) {
    return switch (type) {
      case STRING -> String.class;
      case FLOAT32 -> Float.class;
      case FLOAT64 -> Double.class;
      default -> Long.class;
    };
  }

  private static String expectedTypes(OutputPlan plan) {
    if (plan.isOfMaps()) {
      List<String> names = mapTypes(plan).stream().map(Class::getSimpleName).toList();
      return ", a Map<" + String.join(", ", names) + ">";
    }
    if (!plan.isTensor()) {
      return "";
    }
    List<String> types = Components.javaTypes(held -> Widening.isExact(plan.type(), held));
    return types.isEmpty()
        ? ", which components cannot hold; call the model with a batch"
        : ": " + String.join(", ", types) + ", or an array of such";
  }

  static Map<Object, Object> mapAt(int output, Answer answer, int row) {
    Outputs outputs = answer.outputsByRow();
    NestedAnswer nested = outputs.nested(output);
    if (!outputs.isColumn(output) || nested.keys() == null) {
      throw shape(output, outputs, "a map for each row");
    }
    Piece keys = nested.keys().get(row);
    Piece values = nested.values().get(row);
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keys.count(); i++) {
      map.put(outputs.objectAt(keys, i), outputs.objectAt(values, i));
    }
    return Collections.unmodifiableMap(map);
  }

  /**
   * Returns the type in which a value is read, before it is converted to the component's type. That
   * conversion loses nothing, because the types were checked.
   */
  private static Class<?> wide(ElementType type) {
    return switch (type) {
      case FLOAT32 -> float.class; // a conversion to double would change a signalling NaN
      case FLOAT64, FLOAT16, BFLOAT16 -> double.class;
      case STRING -> String.class;
      default -> long.class;
    };
  }

  private static MethodHandle method(String name, Class<?> returned, Class<?>... taken) {
    try {
      return HERE.findVirtual(Answer.class, name, methodType(returned, taken));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle find(String name, Class<?> returned, Class<?>... taken) {
    try {
      return HERE.findStatic(RecordReader.class, name, methodType(returned, taken));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static float floatAt(int output, Answer answer, int row) {
    return answer.outputsByRow().floatAt(output, single(output, answer.outputsByRow(), row));
  }

  static double doubleAt(int output, Answer answer, int row) {
    return answer.outputsByRow().doubleAt(output, single(output, answer.outputsByRow(), row));
  }

  static long longAt(int output, Answer answer, int row) {
    return answer.outputsByRow().longAt(output, single(output, answer.outputsByRow(), row));
  }

  static String stringAt(int output, Answer answer, int row) {
    return answer.outputsByRow().textAt(output, single(output, answer.outputsByRow(), row));
  }

  private static int single(int output, Outputs outputs, int row) {
    if (outputs.width(output) != 1) {
      throw shape(output, outputs, "one value a row; " + remedy(output, outputs));
    }
    return row;
  }

  private static String remedy(int output, Outputs outputs) {
    return outputs.width(output) == OutputLayout.NOT_BY_ROW
        ? "call the model with a batch and read the output with Prediction.tensor"
        : "use an array component";
  }

  private static InferenceException shape(int output, Outputs outputs, String expected) {
    int width = outputs.width(output);
    return new InferenceException(
        "output "
            + outputs.plans().get(output).name()
            + ": found "
            + (width == OutputLayout.NOT_BY_ROW
                ? "values that are not rows"
                : width + " values a row")
            + ", expected "
            + expected,
        null);
  }

  static Object array(Class<?> element, int output, Answer answer, int row) {
    Outputs outputs = answer.outputsByRow();
    int width = outputs.width(output);
    if (width == OutputLayout.NOT_BY_ROW) {
      throw shape(output, outputs, "one row for each input row; " + remedy(output, outputs));
    }
    long first = (long) row * width;
    Object array = Array.newInstance(element, width);
    if (array instanceof float[] floats
        && outputs.plans().get(output).type() == ElementType.FLOAT32) {
      outputs.floats(output, first, floats);
      return array;
    }
    for (int i = 0; i < width; i++) {
      set(array, i, outputs, output, first + i);
    }
    return array;
  }

  private static void set(Object array, int i, Outputs outputs, int output, long element) {
    boolean whole = wide(outputs.plans().get(output).type()) == long.class;
    if (array instanceof float[] floats) {
      floats[i] =
          whole ? outputs.longAt(output, element) : (float) outputs.doubleAt(output, element);
    } else if (array instanceof double[] doubles) {
      doubles[i] = whole ? outputs.longAt(output, element) : outputs.doubleAt(output, element);
    } else if (array instanceof long[] longs) {
      longs[i] = outputs.longAt(output, element);
    } else if (array instanceof int[] ints) {
      ints[i] = (int) outputs.longAt(output, element);
    } else if (array instanceof short[] shorts) {
      shorts[i] = (short) outputs.longAt(output, element);
    } else if (array instanceof byte[] bytes) {
      bytes[i] = (byte) outputs.longAt(output, element);
    } else if (array instanceof boolean[] booleans) {
      booleans[i] = outputs.longAt(output, element) != 0;
    } else {
      ((String[]) array)[i] = outputs.textAt(output, element);
    }
  }
}
