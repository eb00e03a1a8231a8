package io.mlops4j.runtime.binding;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of a model in Java. Exporters write {@code input.1}, {@code 12} or {@code petal width
 * (cm)}, of which no component can have the name: there, what Java does not take is {@code _}, and
 * one {@code _} more may stand in front, as a digit and a keyword need it.
 */
final class JavaNames {
  private JavaNames() {}

  /** The name that a component means: its own, or else the only one that it is in Java. */
  static @Nullable String find(String component, Collection<String> names) {
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

  /** For messages: the names, and how they are written in Java where that differs. */
  static List<String> describe(Collection<String> names) {
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
