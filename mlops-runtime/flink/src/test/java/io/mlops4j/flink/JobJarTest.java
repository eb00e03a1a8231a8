package io.mlops4j.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job jar on a cluster that has Flink alone, as {@code flink run} starts it: the classes of each
 * job, ours with theirs, are loaded again.
 */
@Thorough("cluster")
class JobJarTest {
  static final int ROWS = 1000;

  private static final String RIGHT = "right 1000, read 2000, metric 1000";

  /** Entries of the class path that Flink does not bring. */
  private static final Pattern OURS =
      Pattern.compile(
          ".*/(mlops-|arrow-|flatbuffers-|jackson-|jspecify-|caffeine-|onnxruntime-|tribuo-|protobuf-"
              + "|commons-numbers-|commons-codec-|duckdb_)[^/]*\\.jar");

  /** The files of these tests that belong to the cluster. */
  private static final Pattern CLUSTER =
      Pattern.compile(
          "((Cluster|Figures|JobLoaders|JobJarCluster)(\\$.*)?\\.class|.*MetricReporterFactory|simplelogger.*)");

  @TempDir private Path folder;

  /** A hook of ONNX Runtime for the end of the JVM keeps the classes of each job. */
  @Test
  void everyJobOfAJarLoadsTheLibraryAgain() throws Exception {
    List<String> said = run("", entry -> false);
    assertThat(said.subList(0, 5)).containsOnly(RIGHT);
    assertThat(said.get(6).split(",")).hasSize(Integer.parseInt(said.get(5)));
  }

  /**
   * The first job stays: the hooks of ONNX Runtime, DuckDB and the JDK's flight recorder remember
   * who made them. So may the last, one of whose records the JDK compared.
   */
  @Test
  void laterJobsAreFreedIfTheNativeLibrariesAreInFlinksFolder() throws Exception {
    List<String> said =
        run(
            ";ai.onnxruntime.;org.duckdb.",
            Pattern.compile("/(onnxruntime-|duckdb_)").asPredicate());
    assertThat(said.subList(0, 5)).containsOnly(RIGHT);
    assertThat(said.get(6)).matches("\\[[04, ]*]");
  }

  /** What the cluster prints. The entries of the folder lib are Flink's. */
  private List<String> run(String patterns, Predicate<String> lib) throws Exception {
    Registries.folder(folder.resolve("registry"), 1);
    Path csv = folder.resolve("numbers.csv");
    Files.writeString(csv, "x,y\n" + "1.5,früh\n".repeat(ROWS));
    List<String> flink = new ArrayList<>();
    List<String> job = new ArrayList<>();
    for (String entry :
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator), -1)) {
      if (Files.isDirectory(Path.of(entry))) {
        flink.add(jar(Path.of(entry), CLUSTER.asMatchPredicate()));
        job.add(jar(Path.of(entry), CLUSTER.asMatchPredicate().negate()));
      } else {
        (OURS.matcher(entry).matches() && !lib.test(entry) ? job : flink).add(entry);
      }
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of("-Xmx400m", "-XX:SoftRefLRUPolicyMSPerMB=0", JobJarCluster.class.getName()));
    command.addAll(List.of(patterns, folder.resolve("registry").toString(), csv.toString()));
    command.addAll(job);
    Path said = folder.resolve("said");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(said.toFile()).redirectError(errors.toFile());
    builder.environment().put("CLASSPATH", String.join(File.pathSeparator, flink));
    int exit = builder.start().waitFor();
    assertThat(exit).as(() -> text(errors)).isZero();
    return Files.readAllLines(said);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Folders of classes become jars, which is what a job has. */
  private String jar(Path classes, Predicate<String> named) throws IOException {
    Path jar = Files.createTempFile(folder, "classes", ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        if (named.test(path.getFileName().toString())) {
          out.putNextEntry(
              new JarEntry(classes.relativize(path).toString().replace(File.separatorChar, '/')));
          Files.copy(path, out);
          out.closeEntry();
        }
      }
    }
    return jar.toString();
  }
}
