package io.mlops4j.bench.scale;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Processes with the class path of a module that has an engine and its versions of our libraries.
 * The build of the module writes it to a file.
 */
public enum EngineProcess {
  /** Those of {@code mlops-runtime/spark}. */
  SPARK("spark"),
  /** Those of {@code mlops-runtime/flink}. */
  FLINK("flink");

  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

  private final String label;
  private final String module;
  private final String classPath;

  EngineProcess(String label) {
    this.label = label;
    this.module = "mlops-runtime/" + label;
    this.classPath = "target/" + label + ".classpath";
  }

  /**
   * Returns the engine.
   *
   * @return its name in small letters
   */
  public String label() {
    return label;
  }

  /**
   * Returns the module.
   *
   * @return its folder below that of the project
   */
  public String module() {
    return module;
  }

  /**
   * Whether the module was built.
   *
   * @return false if there is no class path for {@link #builder}
   */
  public boolean isBuilt() {
    return found() != null;
  }

  /**
   * Prepares a process.
   *
   * @param main the simple name of a class of the tests of the module
   * @param flags further flags of the JVM
   * @param arguments of the main method
   * @return what starts it; its errors are dropped
   * @throws IOException if the module was not built
   */
  public ProcessBuilder builder(String main, List<String> flags, List<String> arguments)
      throws IOException {
    Path folder = found();
    if (folder == null) {
      throw new IOException(
          "found no "
              + module
              + "/"
              + classPath
              + ", expected the module to be built: mvn package");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    OPENED.forEach(name -> command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
    command.addAll(flags);
    command.add("io.mlops4j." + label + "." + main);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    Path target = folder.resolve("target");
    builder.directory(folder.toFile());
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    builder
        .environment()
        .put(
            "CLASSPATH",
            String.join(
                System.getProperty("path.separator"),
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString(),
                Files.readString(folder.resolve(classPath)).strip()));
    builder.environment().put("SPARK_HOME", target.resolve("spark-home").toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder;
  }

  /**
   * Returns the folder of the module, which is beside a folder above the code; null if not built.
   */
  private @Nullable Path found() {
    Path code;
    try {
      code =
          Path.of(EngineProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return Stream.iterate(code.toAbsolutePath(), p -> p != null, Path::getParent)
        .map(above -> above.resolve(module))
        .filter(folder -> Files.isRegularFile(folder.resolve(classPath)))
        .findFirst()
        .orElse(null);
  }
}
