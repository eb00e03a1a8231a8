package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new project with the dependencies of the README and nothing else: they converge, and the first
 * snippet runs with exactly their jars.
 *
 * <p>The jars are those of this build, in a local repository of their own before the user's.
 */
class ReadmeProjectIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final String GROUP = "io/mlops4j";

  /** The jars that an application gets. Another one needs a reason. */
  private static final String JARS =
      "mlops-api mlops-runtime mlops-monitor onnxruntime tribuo-util-onnx protobuf-java caffeine"
          + " arrow-vector arrow-format arrow-memory-core arrow-memory-unsafe flatbuffers-java"
          + " commons-codec jackson-core jackson-databind jackson-annotations"
          + " jackson-datatype-jsr310 slf4j-api jspecify"
          + " commons-numbers-gamma commons-numbers-core commons-numbers-fraction";

  private static final long MOST_BYTES = 60L << 20;

  /** The first that reads a second local repository. */
  private static final Pattern NEW_ENOUGH = Pattern.compile("Apache Maven (3\\.9\\.[1-9]|[4-9])");

  private static @Nullable Path maven;

  @TempDir Path temporary;

  @BeforeAll
  static void findMaven(@TempDir Path folder) throws Exception {
    String problem = null;
    maven = maven().orElse(null);
    if (maven == null) {
      problem = "found no Maven, neither that of this build nor one on the path";
    } else {
      String version = run(folder, List.of(maven.toString(), "-v")).text();
      if (!NEW_ENOUGH.matcher(version).find()) {
        problem = "needs Maven 3.9.1 or newer, found " + version;
      }
    }
    if (problem != null) {
      System.out.println("skipped: the project of the README: " + problem);
    }
    Assumptions.assumeTrue(problem == null, problem);
  }

  private static Optional<Path> maven() {
    String name = File.separatorChar == '\\' ? "mvn.cmd" : "mvn";
    String home = System.getProperty("maven.home", "");
    Stream<Path> ofBuild = home.isEmpty() ? Stream.of() : Stream.of(Path.of(home, "bin"));
    Stream<Path> onPath =
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)).map(Path::of);
    return Stream.concat(ofBuild, onPath)
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private record Said(int code, String text) {}

  private static Said run(Path folder, List<String> command) throws Exception {
    return run(folder, command, "");
  }

  private static Said run(Path folder, List<String> command, String classPath) throws Exception {
    Path output = Files.createTempFile("mlops4j-readme", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
      builder.environment().put("CLASSPATH", classPath);
      Process process = builder.start();
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      process.destroyForcibly();
      assertThat(ended).as("ended within five minutes: " + Files.readString(output)).isTrue();
      return new Said(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }

  private static String dependencies() throws IOException {
    return first("```xml\\R(.*?)```", readme()).group(1);
  }

  private static MatchResult first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.toMatchResult();
  }

  private static String plugin(String name) throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    return first("<artifactId>" + name + "</artifactId>\\s*<version>([^<]+)<", pom).group(1);
  }

  /** What {@code mvn install} would put into the user's repository. */
  private Path ourRepository() throws IOException {
    Path repository = temporary.resolve("repository");
    install(repository, "mlops4j-parent", ROOT.resolve("pom.xml"));
    for (String module : List.of("mlops-api", "mlops-runtime", "mlops-monitor")) {
      Path folder = install(repository, module, ROOT.resolve(module).resolve("pom.xml"));
      String jar = module + "-" + VERSION + ".jar";
      Files.copy(ROOT.resolve(module).resolve("target").resolve(jar), folder.resolve(jar));
    }
    return repository;
  }

  private static Path install(Path repository, String artifact, Path pom) throws IOException {
    Path folder = repository.resolve(GROUP).resolve(artifact).resolve(VERSION);
    Files.createDirectories(folder);
    Files.copy(pom, folder.resolve(artifact + "-" + VERSION + ".pom"));
    return folder;
  }

  /** Makes the project, lets the enforcer look at it, and gives its class path. */
  private String classPath(String dependencies) throws Exception {
    Path project = Files.createDirectory(temporary.resolve("project"));
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId>
          <artifactId>first-contact</artifactId>
          <version>1</version>
        %s
          <build>
            <plugins>
              <plugin>
                <artifactId>maven-enforcer-plugin</artifactId>
                <version>%s</version>
                <executions>
                  <execution>
                    <goals><goal>enforce</goal></goals>
                    <configuration><rules><dependencyConvergence/></rules></configuration>
                  </execution>
                </executions>
              </plugin>
            </plugins>
          </build>
        </project>
        """
            .formatted(dependencies, plugin("maven-enforcer-plugin")));
    List<String> command = new ArrayList<>();
    command.add(String.valueOf(maven));
    command.addAll(List.of("-B", "-ntp", "-Dstyle.color=never"));
    if ("offline=true".equals(System.getProperty("maven.offline"))) {
      command.add("-o");
    }
    command.add("-Dmaven.repo.local=" + ourRepository());
    command.add("-Dmaven.repo.local.tail=" + usersRepository());
    command.add("-Dmdep.outputFile=class-path.txt");
    command.add("validate");
    command.add(
        "org.apache.maven.plugins:maven-dependency-plugin:"
            + plugin("maven-dependency-plugin")
            + ":build-classpath");
    Said said = run(project, command);
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("enforcer").doesNotContain("is missing");
    return Files.readString(project.resolve("class-path.txt"));
  }

  /** Only read. */
  private static String usersRepository() {
    return System.getProperty(
        "maven.repository", Path.of(System.getProperty("user.home"), ".m2/repository").toString());
  }

  @Test
  void dependenciesConvergeAndTheFirstSnippetRunsWithExactlyTheirJars() throws Exception {
    String classPath = classPath(dependencies());
    assertJars(classPath);

    Path classes = Files.createDirectory(temporary.resolve("classes"));
    Path source = temporary.resolve("First.java");
    Files.writeString(
        source,
        "import io.mlops4j.feature.*; import io.mlops4j.inference.*; import io.mlops4j.runtime.*;"
            + " import java.nio.file.*;\nclass First { public static void main(String[] args) throws Exception {\n"
            + JavaBlock.of(ROOT.resolve("README.md")).get(0).code()
            + "}}\n");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                System.out,
                System.err,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                classPath,
                source.toString());
    assertThat(compiled).isZero();

    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Said said = run(ROOT, List.of(java, "First"), classes + File.pathSeparator + classPath);
    assertThat(said.code()).as(said.text()).isZero();
    // One line a batch, and a batch a day.
    List<String> answers = said.text().lines().filter(line -> line.contains("sha256:")).toList();
    assertThat(answers).as(said.text()).hasSize(1);
    String answer = answers.get(0);
    assertThat(Double.parseDouble(answer.substring(answer.lastIndexOf(' ') + 1))).isBetween(0., 1.);
    runsFromAnArchive(java, classes, classPath);
  }

  private static void assertJars(String classPath) throws IOException {
    List<String> names = new ArrayList<>();
    long bytes = 0;
    for (String jar : classPath.strip().split(File.pathSeparator, -1)) {
      String name = Path.of(jar).getFileName().toString().replaceFirst("-[0-9].*", "");
      names.add(name);
      bytes += name.startsWith("mlops-") ? 0 : Files.size(Path.of(jar));
    }
    assertThat(names).containsExactlyInAnyOrder(JARS.split(" ", -1));
    assertThat(bytes).as("bytes of the jars of others").isLessThanOrEqualTo(MOST_BYTES);
  }

  /** The two commands of docs/performance.md. */
  private void runsFromAnArchive(String jvm, Path classes, String classPath) throws Exception {
    Path jar = temporary.resolve("first.jar");
    java.util.spi.ToolProvider tool = java.util.spi.ToolProvider.findFirst("jar").orElseThrow();
    int code =
        tool.run(
            System.out, System.err, "--create", "--file=" + jar, "-C", classes.toString(), ".");
    assertThat(code).isZero();
    String jars = jar + File.pathSeparator + classPath;
    Path archive = temporary.resolve("app.jsa");
    Path loaded = temporary.resolve("loaded.txt");
    Said made = run(ROOT, List.of(jvm, "-XX:ArchiveClassesAtExit=" + archive, "First"), jars);
    assertThat(made.code()).as(made.text()).isZero();
    Said said =
        run(
            ROOT,
            List.of(
                jvm,
                "-XX:SharedArchiveFile=" + archive,
                "-Xlog:class+load:file=" + loaded,
                "First"),
            jars);
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("sha256:");
    assertThat(Files.readString(loaded))
        .containsPattern(
            "io\\.mlops4j\\.runtime\\.ModelRuntime source: shared objects file \\(top\\)");
  }

  @Test
  void dependenciesAlsoConvergeWithoutTheBom() throws Exception {
    String managed = "(?s)<dependencyManagement>.*</dependencyManagement>";
    String versions =
        dependencies()
            .replaceFirst(managed, "")
            .replaceAll("</artifactId>", "</artifactId><version>" + VERSION + "</version>");
    assertThat(versions).doesNotContain("import").contains(VERSION);

    assertJars(classPath(versions));
  }
}
