package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Access to the components of records, and what their types hold. */
public final class Components {
  private static final List<Class<?>> HELD =
      List.of(
          boolean.class,
          byte.class,
          short.class,
          int.class,
          long.class,
          float.class,
          double.class,
          String.class);

  private Components() {}

  /** A handle {@code (record) -> value} that reads a component. */
  static MethodHandle getter(MethodHandles.Lookup lookup, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      open(lookup, accessor);
      return lookup.unreflect(accessor);
    } catch (IllegalAccessException | RuntimeException e) {
      throw inaccessible(component.getDeclaringRecord(), e);
    }
  }

  /**
   * Finds the canonical constructor of a record.
   *
   * @param lookup decides the access, see {@link BatchBinder#lookup}
   * @param type the record's class
   * @return a handle {@code (components) -> record}
   * @throws IllegalArgumentException if the record is not accessible
   */
  public static MethodHandle constructor(
      MethodHandles.Lookup lookup, Class<? extends Record> type) {
    Class<?>[] types = new Class<?>[type.getRecordComponents().length];
    for (int i = 0; i < types.length; i++) {
      types[i] = type.getRecordComponents()[i].getType();
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      open(lookup, constructor);
      return lookup.unreflectConstructor(constructor);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw inaccessible(type, e);
    }
  }

  /** Records of the class path may be private; with a caller's lookup, its access decides. */
  private static void open(MethodHandles.Lookup lookup, java.lang.reflect.AccessibleObject member) {
    if (lookup.lookupClass() == BatchBinder.class) {
      member.setAccessible(true);
    }
  }

  private static IllegalArgumentException inaccessible(Class<?> type, Exception cause) {
    return new IllegalArgumentException(
        "record "
            + type.getName()
            + ": cannot be accessed; call"
            + " rows(MethodHandles.lookup(), ...) from a class that may use it",
        cause);
  }

  /**
   * Returns the element type of a Java type.
   *
   * @param type the type of a component
   * @return the type of its values, or of an array's elements; null if no input or output has it
   */
  public static @Nullable ElementType elementType(Class<?> type) {
    Class<?> value = type.isArray() ? type.getComponentType() : type;
    Class<?> primitive = MethodType.methodType(value).unwrap().returnType();
    if (value == String.class || (value.isEnum() && !type.isArray())) {
      return ElementType.STRING;
    }
    return switch (primitive.getName()) {
      case "boolean" -> ElementType.BOOL;
      case "byte" -> ElementType.INT8;
      case "short" -> ElementType.INT16;
      case "int" -> ElementType.INT32;
      case "long" -> ElementType.INT64;
      case "float" -> ElementType.FLOAT32;
      case "double" -> ElementType.FLOAT64;
      default -> null;
    };
  }

  /** The type of a component, or of its elements, that is known to have one. */
  static ElementType typeOf(RecordComponent component) {
    return Objects.requireNonNull(elementType(component.getType()));
  }

  /** The type of an array's elements, which are known to have one. */
  static ElementType typeOf(Object array) {
    return Objects.requireNonNull(elementType(array.getClass()));
  }

  /**
   * Returns the Java types whose element type passes a test, for messages.
   *
   * @param fits the test
   * @return their names
   */
  public static List<String> javaTypes(Predicate<ElementType> fits) {
    return HELD.stream()
        .filter(type -> fits.test(Objects.requireNonNull(elementType(type))))
        .map(Class::getSimpleName)
        .toList();
  }

  /** Text of a String or enum. */
  static String text(Object value) {
    return value instanceof Enum<?> constant ? constant.name() : (String) value;
  }

  /**
   * Makes the exception for a component without a counterpart.
   *
   * @param component its name
   * @param expected the names that are known
   * @param hint a further sentence, or nothing
   * @return to be thrown
   */
  public static ModelInputException unknown(String component, String expected, String hint) {
    return new ModelInputException(
        component,
        "a component of this name",
        "one of " + expected + "; rename or remove it" + hint);
  }

  static ModelInputException twice(String component, String name) {
    return new ModelInputException(component, "a second component for " + name, "one; remove it");
  }

  /**
   * Converts what a handle threw into an unchecked exception.
   *
   * @param thrown an exception or error
   * @return to be thrown
   */
  public static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException e
        ? e
        : new IllegalStateException("a record failed: " + thrown, thrown);
  }
}
