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
 * Processes with the class path of {@code mlops-runtime/spark}, which has Spark and its versions of
 * Arrow, Jackson and protobuf. The build of that module writes it to a file.
 */
public final class SparkProcess {
  private static final String MODULE = "mlops-runtime/spark";
  private static final String CLASS_PATH = "target/spark.classpath";

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

  private SparkProcess() {}

  /**
   * Whether the module was built.
   *
   * @return false if there is no class path for {@link #builder}
   */
  public static boolean isBuilt() {
    return found() != null;
  }

  /**
   * Prepares a process.
   *
   * @param main the simple name of a class of the tests of {@code mlops-runtime/spark}
   * @param flags further flags of the JVM
   * @param arguments of the main method
   * @return what starts it; its errors are dropped
   * @throws IOException if the module was not built
   */
  public static ProcessBuilder builder(String main, List<String> flags, List<String> arguments)
      throws IOException {
    Path module = found();
    if (module == null) {
      throw new IOException(
          "found no "
              + MODULE
              + "/"
              + CLASS_PATH
              + ", expected the module to be built: mvn package");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    OPENED.forEach(name -> command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
    command.addAll(flags);
    command.add("io.mlops4j.spark." + main);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    Path target = module.resolve("target");
    builder.directory(module.toFile());
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    builder
        .environment()
        .put(
            "CLASSPATH",
            String.join(
                System.getProperty("path.separator"),
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString(),
                Files.readString(module.resolve(CLASS_PATH)).strip()));
    builder.environment().put("SPARK_HOME", target.resolve("spark-home").toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder;
  }

  /**
   * Returns the folder of the module, which is beside a folder above the code; null if not built.
   */
  private static @Nullable Path found() {
    Path code;
    try {
      code =
          Path.of(SparkProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return Stream.iterate(code.toAbsolutePath(), p -> p != null, Path::getParent)
        .map(above -> above.resolve(MODULE))
        .filter(module -> Files.isRegularFile(module.resolve(CLASS_PATH)))
        .findFirst()
        .orElse(null);
  }
}
