package io.mlops4j.bench.modules;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The entries of this JVM's class path that some modules require, and no others. */
final class ModulePath {
  private final Map<String, ModuleReference> required = new LinkedHashMap<>();

  private ModulePath(String... roots) {
    Map<String, ModuleReference> all = ofClassPath();
    Deque<String> names = new ArrayDeque<>(List.of(roots));
    while (!names.isEmpty()) {
      ModuleReference found = all.get(names.peek());
      if (found != null && required.putIfAbsent(names.peek(), found) == null) {
        found.descriptor().requires().stream()
            .filter(each -> !each.modifiers().contains(Requires.Modifier.STATIC))
            .map(Requires::name)
            .forEach(names::add);
      }
      names.remove();
    }
  }

  static ModulePath requiredBy(String... roots) {
    return new ModulePath(roots);
  }

  private static Map<String, ModuleReference> ofClassPath() {
    Map<String, ModuleReference> all = new LinkedHashMap<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      for (ModuleReference found : find(Path.of(entry))) {
        all.putIfAbsent(found.descriptor().name(), found);
      }
    }
    return all;
  }

  /** None for a folder of tests, and for a jar whose name gives no module name. */
  private static List<ModuleReference> find(Path entry) {
    try {
      return new ArrayList<>(ModuleFinder.of(entry).findAll());
    } catch (java.lang.module.FindException e) {
      return List.of();
    }
  }

  List<ModuleDescriptor> modules() {
    return required.values().stream().map(ModuleReference::descriptor).toList();
  }

  @Override
  public String toString() {
    return required.values().stream()
        .map(each -> Path.of(each.location().orElseThrow()).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
