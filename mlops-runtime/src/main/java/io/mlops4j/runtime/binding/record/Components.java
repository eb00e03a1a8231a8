package io.mlops4j.runtime.binding.record;

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

/** Access to the components of records, and their element types. Stateless and thread safe. */
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

  /**
   * Returns the lookup with which records are accessed.
   *
   * @param given the caller's lookup, or null for records of the class path
   * @return the caller's lookup, or a lookup of this class. With the latter, access is forced if
   *     the record's module allows it
   */
  public static MethodHandles.Lookup lookup(MethodHandles.@Nullable Lookup given) {
    return given == null ? MethodHandles.lookup() : given;
  }

  /**
   * Returns a handle that reads a component.
   *
   * @param lookup a lookup with access to the record, see {@link #lookup}
   * @param component the component
   * @return a handle {@code (record) -> value}
   * @throws IllegalArgumentException if the record is not accessible
   */
  public static MethodHandle getter(MethodHandles.Lookup lookup, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      open(lookup, accessor);
      return lookup.unreflect(accessor);
    } catch (IllegalAccessException | RuntimeException e) {
      throw inaccessible(component.getDeclaringRecord(), e);
    }
  }

  /**
   * Converts a handle that reads a component, so that it returns an object.
   *
   * @param getter a handle {@code (record) -> value}
   * @return a handle {@code (Record) -> Object}
   */
  public static MethodHandle object(MethodHandle getter) {
    return getter.asType(MethodType.methodType(Object.class, Record.class));
  }

  /**
   * Reads a component.
   *
   * @param getter a handle {@code (Record) -> Object}
   * @param row the record
   * @return the value
   */
  public static @Nullable Object get(MethodHandle getter, Record row) {
    try {
      return (Object) getter.invokeExact(row);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Finds the canonical constructor of a record.
   *
   * @param lookup a lookup with access to the record, see {@link #lookup}
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

  /**
   * Forces access to records of the class path, which may be private. A caller's lookup is used as
   * it is.
   */
  private static void open(MethodHandles.Lookup lookup, java.lang.reflect.AccessibleObject member) {
    if (lookup.lookupClass() == Components.class) {
      member.setAccessible(true);
    }
  }

  private static IllegalArgumentException inaccessible(Class<?> type, Exception cause) {
    return new IllegalArgumentException(
        "record "
            + type.getName()
            + ": cannot be accessed; call"
            + " rows(MethodHandles.lookup(), ...) from a class that may access it",
        cause);
  }

  /**
   * Returns the element type of a Java type.
   *
   * @param type the type of a component
   * @return the type of its values, or of an array's elements; null if inputs and outputs cannot
   *     have it
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

  /**
   * Returns the element type of a Java type that inputs and outputs can have.
   *
   * @param type the type of a component
   * @return the type of its values, or of an array's elements
   */
  public static ElementType requireElementType(Class<?> type) {
    return Objects.requireNonNull(elementType(type));
  }

  /**
   * Returns the names of the Java types whose element type passes a test, for messages.
   *
   * @param fits the test
   * @return simple names
   */
  public static List<String> javaTypes(Predicate<ElementType> fits) {
    return HELD.stream()
        .filter(type -> fits.test(requireElementType(type)))
        .map(Class::getSimpleName)
        .toList();
  }

  /**
   * Returns a text or the name of a constant.
   *
   * @param value a String or an enum
   * @return the text
   */
  public static String text(Object value) {
    return value instanceof Enum<?> constant ? constant.name() : (String) value;
  }

  /**
   * Returns the exception for a component that matches neither a feature nor an output.
   *
   * @param component the component's name
   * @param expected the known names
   * @param hint more to say; may be empty
   * @return the exception to throw
   */
  public static ModelInputException unknown(String component, String expected, String hint) {
    return new ModelInputException(
        component,
        "a component of this name",
        "one of " + expected + "; rename or remove it" + hint);
  }

  /**
   * Returns the exception for a second component of the same name.
   *
   * @param component the component's name
   * @param name the name of the feature
   * @return the exception to throw
   */
  public static ModelInputException twice(String component, String name) {
    return new ModelInputException(component, "a second component for " + name, "one; remove it");
  }

  /**
   * Converts an exception of a method handle to an unchecked one.
   *
   * @param thrown an exception or error
   * @return the exception to throw
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
