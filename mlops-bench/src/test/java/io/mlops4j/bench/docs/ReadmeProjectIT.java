package io.mlops4j.bench.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
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
  @BeforeAll
  static void findMaven() throws Exception {
    OutsideMaven.assumeThere("the project of the README");
  }

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** The jars that an application gets. Another one needs a reason. */
  private static final String JARS =
      "mlops-api mlops-runtime mlops-monitor onnxruntime tribuo-util-onnx protobuf-java caffeine"
          + " arrow-vector arrow-format arrow-memory-core arrow-memory-unsafe flatbuffers-java"
          + " commons-codec jackson-core jackson-databind jackson-annotations"
          + " jackson-datatype-jsr310 slf4j-api jspecify"
          + " commons-numbers-gamma commons-numbers-core commons-numbers-fraction";

  private static final long MOST_BYTES = 60L << 20;

  @TempDir Path temporary;

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }

  private static String dependencies() throws IOException {
    return OutsideMaven.first("```xml\\R(.*?)```", readme()).group(1);
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
            .formatted(dependencies, OutsideMaven.plugin("maven-enforcer-plugin")));
    OutsideMaven.Said said =
        OutsideMaven.in(project, temporary.resolve("repository"))
            .run(
                "-Dmdep.outputFile=class-path.txt",
                "validate",
                "org.apache.maven.plugins:maven-dependency-plugin:"
                    + OutsideMaven.plugin("maven-dependency-plugin")
                    + ":build-classpath");
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("enforcer").doesNotContain("is missing");
    return Files.readString(project.resolve("class-path.txt"));
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
            + " import java.nio.file.*;\n"
            + "class First { public static void main(String[] args) throws Exception {\n"
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
    OutsideMaven.Said said =
        OutsideMaven.run(ROOT, List.of(java, "First"), classes + File.pathSeparator + classPath);
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
    OutsideMaven.Said made =
        OutsideMaven.run(ROOT, List.of(jvm, "-XX:ArchiveClassesAtExit=" + archive, "First"), jars);
    assertThat(made.code()).as(made.text()).isZero();
    OutsideMaven.Said said =
        OutsideMaven.run(
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
            .replaceAll(
                "</artifactId>", "</artifactId><version>" + OutsideMaven.VERSION + "</version>");
    assertThat(versions).doesNotContain("import").contains(OutsideMaven.VERSION);

    assertJars(classPath(versions));
  }
}
