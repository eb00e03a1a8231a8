package io.mlops4j.bench.modules;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The signatures that a module exports: its public types in the packages that module-info.java
 * exports to everybody, with their public and protected members, one a line.
 */
final class ExportedSignatures {
  private static final Pattern EXPORT = Pattern.compile("(?m)^  exports ([a-z0-9.]+);");
  private static final Pattern PACKAGE = Pattern.compile("\\b([a-z_][a-z0-9_]*\\.)+(?=[A-Z])");
  private static final ClassLoader LOADER = ExportedSignatures.class.getClassLoader();
  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");
  private static final Set<String> OF_EVERY_ENUM = Set.of("values", "valueOf");

  private ExportedSignatures() {}

  static List<String> exports(Path moduleInfo) throws IOException {
    return EXPORT
        .matcher(Files.readString(moduleInfo))
        .results()
        .map((MatchResult found) -> found.group(1))
        .sorted()
        .toList();
  }

  static List<String> of(Path moduleInfo) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String exported : exports(moduleInfo)) {
      lines.add("package " + exported);
      for (String name : classes(exported)) {
        Class<?> type = load(exported + "." + name);
        if (isVisible(type)) {
          add(type, lines);
        }
      }
      lines.add("");
    }
    return lines;
  }

  /** The classes of a package without those of tests, sorted. */
  private static Set<String> classes(String name) throws IOException {
    Set<String> classes = new TreeSet<>();
    for (URL url : Collections.list(LOADER.getResources(name.replace('.', '/')))) {
      if (url.getPath().contains("/test-classes/")) {
        continue;
      }
      if (url.openConnection() instanceof JarURLConnection connection) {
        try (FileSystem jar =
            FileSystems.newFileSystem(Path.of(connection.getJarFile().getName()))) {
          addClasses(jar.getPath(connection.getEntryName()), classes);
        }
      } else {
        addClasses(new File(url.getPath()).toPath(), classes);
      }
    }
    return classes;
  }

  private static void addClasses(Path folder, Set<String> classes) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
          .forEach(file -> classes.add(file.substring(0, file.length() - ".class".length())));
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, LOADER);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a type and all types around it are public or, inside another, protected. */
  private static boolean isVisible(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return !type.isAnonymousClass()
        && !type.isLocalClass()
        && isVisible(type.getModifiers())
        && (outer == null || isVisible(outer));
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static void add(Class<?> type, List<String> lines) {
    lines.add("  " + header(type));
    Set<String> members = new TreeSet<>();
    addMembers(type, type, members);
    for (Class<?> above = hidden(type); above != null; above = hidden(above)) {
      addMembers(type, above, members);
    }
    members.forEach(member -> lines.add("    " + member));
  }

  /** The superclass if nobody outside its package sees it: its members are the type's then. */
  private static @Nullable Class<?> hidden(Class<?> type) {
    Class<?> above = type.getSuperclass();
    return above == null || isVisible(above) ? null : above;
  }

  private static void addMembers(Class<?> owner, Class<?> type, Set<String> members) {
    for (Constructor<?> each : type.getDeclaredConstructors()) {
      if (isShown(each) && type == owner) {
        members.add("new" + parameters(each) + thrown(each));
      }
    }
    for (Method each : type.getDeclaredMethods()) {
      if (isShown(each) && !each.isBridge() && !isOfEvery(type, each)) {
        members.add(
            each.getName()
                + parameters(each)
                + ": "
                + modifiers(each)
                + variables(each)
                + name(each.getGenericReturnType())
                + thrown(each));
      }
    }
    for (Field each : type.getDeclaredFields()) {
      if (isShown(each)) {
        members.add(
            each.getName()
                + ": "
                + (each.isEnumConstant()
                    ? "constant"
                    : modifiers(each) + name(each.getGenericType())));
      }
    }
  }

  private static boolean isShown(Member member) {
    return isVisible(member.getModifiers()) && !member.isSynthetic();
  }

  private static boolean isOfEvery(Class<?> type, Method method) {
    return OF_EVERY_OBJECT.contains(method.getName())
        || (type.isEnum() && OF_EVERY_ENUM.contains(method.getName()));
  }

  private static String header(Class<?> type) {
    String kind =
        type.isAnnotation()
            ? "annotation"
            : type.isInterface()
                ? "interface"
                : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    String variables = variables(type.getTypeParameters());
    String supertypes =
        supertypes(type).map(ExportedSignatures::name).collect(Collectors.joining(", "));
    int modifiers = type.getModifiers();
    boolean plain = !type.isInterface() && !type.isRecord() && !type.isEnum();
    return (type.isSealed() && !type.isEnum() ? "sealed " : "")
        + (plain && Modifier.isAbstract(modifiers) ? "abstract " : "")
        + (plain && Modifier.isFinal(modifiers) ? "final " : "")
        + kind
        + " "
        + name(type)
        + variables.trim()
        + (supertypes.isEmpty() ? "" : " : " + supertypes);
  }

  private static Stream<Type> supertypes(Class<?> type) {
    Stream<Type> interfaces = Arrays.stream(type.getGenericInterfaces());
    Class<?> hidden = hidden(type);
    if (hidden != null) {
      return Stream.concat(supertypes(hidden), interfaces);
    }
    boolean extending =
        type.getSuperclass() != null
            && type.getSuperclass() != Object.class
            && !type.isRecord()
            && !type.isEnum();
    return extending
        ? Stream.concat(Stream.of(type.getGenericSuperclass()), interfaces)
        : interfaces;
  }

  private static String modifiers(Member member) {
    int modifiers = member.getModifiers();
    boolean ofInterface = member.getDeclaringClass().isInterface();
    return (Modifier.isProtected(modifiers) ? "protected " : "")
        + (Modifier.isStatic(modifiers) ? "static " : "")
        + (Modifier.isAbstract(modifiers) && !ofInterface ? "abstract " : "")
        + (member instanceof Method method && method.isDefault() ? "default " : "");
  }

  private static String variables(Method method) {
    return variables(method.getTypeParameters());
  }

  private static String variables(java.lang.reflect.TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Arrays.stream(variables)
                .map(each -> each.getName() + bounds(each.getBounds()))
                .collect(Collectors.joining(", ", "<", ">"))
            + " ";
  }

  private static String bounds(Type[] bounds) {
    String all =
        Arrays.stream(bounds)
            .filter(bound -> bound != Object.class)
            .map(ExportedSignatures::name)
            .collect(Collectors.joining(" & "));
    return all.isEmpty() ? "" : " extends " + all;
  }

  private static String parameters(Executable executable) {
    String all =
        Arrays.stream(executable.getGenericParameterTypes())
            .map(ExportedSignatures::name)
            .collect(Collectors.joining(", ", "(", ")"));
    return executable.isVarArgs() ? all.replaceFirst("\\[\\]\\)$", "...)") : all;
  }

  private static String thrown(Executable executable) {
    String all =
        Arrays.stream(executable.getGenericExceptionTypes())
            .map(ExportedSignatures::name)
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "" : " throws " + all;
  }

  private static String name(Type type) {
    return PACKAGE.matcher(type.getTypeName()).replaceAll("").replace('$', '.');
  }
}
