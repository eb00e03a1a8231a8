package io.mlops4j.runtime.binding.record;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The names of a model's inputs and outputs in Java. Exporters write names such as {@code input.1},
 * {@code 12} or {@code petal width (cm)}, which a component cannot have. In Java, each character
 * that is not allowed becomes {@code _}. One more {@code _} may precede the name, which a leading
 * digit or a keyword needs. Stateless and thread safe.
 */
public final class JavaNames {
  private JavaNames() {}

  /**
   * Returns the model's name for a component.
   *
   * @param component the component's name
   * @param names the model's names
   * @return the equal name, otherwise the only name with this form in Java; null if there is none
   */
  public static @Nullable String find(String component, Collection<String> names) {
    if (names.contains(component)) {
      return component;
    }
    List<String> meant =
        names.stream()
            .filter(name -> component.equals(plain(name)) || component.equals("_" + plain(name)))
            .toList();
    return meant.size() == 1 ? meant.get(0) : null;
  }

  private static String plain(String name) {
    StringBuilder java = new StringBuilder(name.length());
    name.codePoints()
        .forEach(c -> java.appendCodePoint(Character.isJavaIdentifierPart(c) ? c : '_'));
    return java.toString();
  }

  /**
   * Returns names for messages.
   *
   * @param names the model's names
   * @return the names, each with its form in Java if that differs
   */
  public static List<String> describe(Collection<String> names) {
    return names.stream().map(JavaNames::describe).toList();
  }

  private static String describe(String name) {
    String java = plain(name);
    if (java.isEmpty() || !Character.isJavaIdentifierStart(java.codePointAt(0))) {
      java = "_" + java;
    }
    return java.equals(name) ? name : name + " (" + java + " in Java)";
  }
}
