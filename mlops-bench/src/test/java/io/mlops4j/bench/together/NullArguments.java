package io.mlops4j.bench.together;

import io.mlops4j.bench.together.WordModel.Out;
import io.mlops4j.bench.together.WordModel.Row;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls public methods with a null for one argument at a time. */
final class NullArguments {
  /** Listeners never throw: a monitor counts the null among its failures. */
  private static final Set<String> NOT_CALLED = Set.of("equals", "onInference");

  private final Map<String, Object> byName = new HashMap<>();
  private final List<Object> byType = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private int calls;

  NullArguments() {
    byName.put("in", Row.class);
    byName.put("out", Out.class);
    byName.put("type", Row.class);
    byName.put("ref", "words@champion");
    byName.put("model", "words");
    byName.put("output", "y");
    byType.add("words");
    byType.add(new Row("w1"));
    byType.add(List.of());
    byType.add(MethodHandles.lookup());
    byType.add((Function<Object, Object>) answer -> "read");
  }

  /** What other parameters of its type are given. */
  NullArguments with(Object value) {
    byType.add(value);
    return this;
  }

  int calls() {
    return calls;
  }

  /** The calls that did not name the null argument. */
  List<String> wrong() {
    return wrong;
  }

  /** Calls what an object has of a type, and the type's static methods. */
  <T> NullArguments call(Class<T> type, T object) {
    for (Method method : type.getMethods()) {
      boolean library = method.getDeclaringClass().getName().startsWith("io.mlops4j");
      if (library && !method.isBridge() && !NOT_CALLED.contains(method.getName())) {
        call(method, Modifier.isStatic(method.getModifiers()) ? null : object);
      }
    }
    return this;
  }

  private void call(Method method, @Nullable Object object) {
    Parameter[] parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (!parameters[i].getType().isPrimitive()
          && !parameters[i].getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        calls++;
        String found = call(method, object, parameters, i);
        if (!found.equals(parameters[i].getName())) {
          String on = object == null ? "" : object.getClass().getSimpleName() + ": ";
          wrong.add(on + method + ", " + parameters[i].getName() + ": " + found);
        }
      }
    }
  }

  private String call(Method method, @Nullable Object object, Parameter[] parameters, int empty) {
    @Nullable Object[] arguments = new @Nullable Object[parameters.length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = i == empty ? null : value(parameters[i]);
    }
    try {
      method.setAccessible(true); // a public method of an implementation that is not
      return "returned " + method.invoke(object, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      return cause instanceof NullPointerException ? "" + cause.getMessage() : "threw " + cause;
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private Object value(Parameter parameter) {
    Class<?> type = parameter.getType();
    Object named = byName.get(parameter.getName());
    if (named != null && type.isInstance(named)) {
      return named;
    }
    if (type.isPrimitive()) {
      return Array.get(Array.newInstance(type, 1), 0);
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    for (Object value : byType) {
      if (type.isInstance(value)) {
        return value;
      }
    }
    if (type.isInterface()) {
      return Proxy.newProxyInstance(
          type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
    }
    throw new AssertionError("no value for " + parameter);
  }
}
