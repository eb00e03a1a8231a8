package io.mlops4j.bench.modules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small application, started as a module and from the class path, on each Java that is there. */
class ModularApplicationIT {
  private static final Path MODEL =
      Path.of("../samples/quickstart/models/flight-delay-1.onnx").toAbsolutePath().normalize();
  private static final String MAIN = "org.example.flights.Main";

  /** What Java 24 and later warn about without them. */
  private static final List<String> FLAGS_OF_25 = List.of("--sun-misc-unsafe-memory-access=allow");

  private static ModulePath path = ModulePath.requiredBy();

  @TempDir static Path temporary;

  @BeforeAll
  static void compile() throws Exception {
    path = ModulePath.requiredBy("io.mlops4j.runtime", "io.mlops4j.monitor");
    Path sources =
        Path.of(Objects.requireNonNull(ModularApplicationIT.class.getResource("app")).toURI());
    List<String> arguments =
        new ArrayList<>(
            List.of("--release", "17", "--module-path", path.toString(), "-proc:none", "-d"));
    arguments.add(temporary.resolve("app").toString());
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, System.out, System.out, arguments.toArray(String[]::new));
    assertThat(code).as("exit code of javac").isZero();
  }

  @Test
  void ourModulesAreNotAutomatic() {
    assertThat(path.modules())
        .filteredOn(module -> module.name().startsWith("io.mlops4j"))
        .hasSize(3)
        .noneMatch(ModuleDescriptor::isAutomatic);
  }

  /** A file counts as well as a class. Java does not start if a package lies in two modules. */
  @Test
  void everyPackageLiesInOneModule() {
    List<String> packages =
        ModulePath.requiredBy("io.mlops4j.tensorflow", "io.mlops4j.monitor").modules().stream()
            .flatMap(module -> module.packages().stream())
            .filter(name -> name.startsWith("io.mlops4j"))
            .toList();
    assertThat(packages).doesNotHaveDuplicates().contains("io.mlops4j.runtime.tensorflow");
  }

  @Test
  void runsAsAModule() throws Exception {
    check(run(Path.of(System.getProperty("java.home")), asModule()));
  }

  @Test
  void runsFromTheClassPath() throws Exception {
    check(run(Path.of(System.getProperty("java.home")), onClassPath()));
  }

  @Test
  void runsAsAModuleOnJava25WithoutWarnings() throws Exception {
    List<String> command = new ArrayList<>(FLAGS_OF_25);
    command.add("--enable-native-access=com.microsoft.onnxruntime");
    command.addAll(asModule());
    assertThat(check(run(java25(), command))).doesNotContain("WARNING");
  }

  @Test
  void runsFromTheClassPathOnJava25WithoutWarnings() throws Exception {
    List<String> command = new ArrayList<>(FLAGS_OF_25);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(onClassPath());
    assertThat(check(run(java25(), command))).doesNotContain("WARNING");
  }

  /** The JDK that the build has found, as its other tests on Java 25 use it. */
  private static Path java25() {
    Path home = Path.of(System.getProperty("jdk25.home", "none"));
    Assumptions.assumeTrue(
        Files.isExecutable(home.resolve("bin/java")),
        "no JDK 25: apt-get install openjdk-25-jdk-headless, or its folder in JDK25_HOME");
    return home;
  }

  private static List<String> asModule() {
    return List.of("--module-path", all(), "--module", "org.example.flights/" + MAIN);
  }

  private static List<String> onClassPath() {
    return List.of("--class-path", all(), MAIN);
  }

  private static String all() {
    return temporary.resolve("app") + File.pathSeparator + path;
  }

  private static String run(Path home, List<String> arguments) throws Exception {
    Path folder = Files.createTempDirectory(temporary, "run");
    Path output = folder.resolve("output.txt");
    // ONNX Runtime 1.29 does not survive a long command line: the arguments lie in a file.
    List<String> lines = new ArrayList<>();
    Stream.concat(arguments.stream(), Stream.of(MODEL, folder.resolve("registry")))
        .map(argument -> "\"" + argument.toString().replace("\\", "\\\\") + "\"")
        .forEach(lines::add);
    Files.write(folder.resolve("arguments"), lines);
    Process process =
        new ProcessBuilder(home.resolve("bin/java").toString(), "@arguments")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String text = Files.readString(output);
    assertThat(ended).as("ended within two minutes: " + text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  /** The application predicts the first row of golden-1.csv, three times. */
  private static String check(String text) throws Exception {
    String golden = Files.readAllLines(MODEL.resolveSibling("golden-1.csv")).get(1);
    double expected = Double.parseDouble(golden.substring(golden.lastIndexOf(',') + 1));
    for (String what : List.of("record", "batch", "deployed")) {
      String line =
          text.lines().filter(each -> each.startsWith(what + " ")).findFirst().orElseThrow();
      assertThat(Double.parseDouble(line.substring(what.length() + 1)))
          .as(text)
          .isCloseTo(expected, within(1e-6));
    }
    return text;
  }
}
