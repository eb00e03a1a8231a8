package io.mlops4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A job as {@code spark-submit} starts it: Spark's jars are the class path, and the jars of the job
 * belong to a loader below it. {@code spark.executor.userClassPathFirst} is not set.
 */
@Thorough("cluster")
class SubmittedJobTest {
  /** Entries of the class path that Spark does not bring. */
  private static final Pattern OURS =
      Pattern.compile(
          ".*(/mlops-[^/]*\\.jar|/(test-)?classes/?"
              + "|/(duckdb_jdbc|onnxruntime|tribuo-util-onnx|commons-numbers|caffeine)-[^/]*)");

  @TempDir private Path folder;

  private static final List<String> LOADERS =
      List.of(
          "io.mlops4j.runtime.ModelRuntime of the job",
          "ai.onnxruntime.OrtEnvironment of the job",
          "org.duckdb.DuckDBDriver of the job",
          "org.apache.arrow.vector.FieldVector of Spark",
          "com.fasterxml.jackson.databind.ObjectMapper of Spark",
          "com.google.protobuf.Message of Spark",
          "org.slf4j.Logger of Spark");

  /** In the process of the driver, and in two executors that are processes of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"local[2]", "local-cluster[2,1,600]"})
  void theJarsOfAJobRunBelowThoseOfSpark(String master) throws Exception {
    Sessions.folder(folder.resolve("registry"), "plus", "deployment/plus1.onnx");
    List<String> spark = new ArrayList<>();
    List<String> jars = new ArrayList<>();
    for (String entry :
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator), -1)) {
      if (OURS.matcher(entry).matches() || Files.isDirectory(Path.of(entry))) {
        jars.add(jar(Path.of(entry), jars.size()));
      } else {
        spark.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    List<String> said = submit(master, spark, jars).lines().toList();
    assertThat(said)
        .contains(
            "sum 500500.0", // 1 + 2 + ... + 1000
            "parquet read: 1000 by the driver, [500, 500] by tasks",
            "csv read: 1000 by the driver, [500, 500] by tasks")
        .containsAll(LOADERS);
    String driver = only(said, "driver ").get(0);
    List<String> tasks = only(said, "task in ");
    assertThat(tasks).hasSize(2).allMatch(each -> each.endsWith(": " + String.join(", ", LOADERS)));
    assertThat(tasks)
        .allMatch(each -> each.startsWith(driver + ":") == master.startsWith("local["));
  }

  private static List<String> only(List<String> said, String beginning) {
    return said.stream()
        .filter(line -> line.startsWith(beginning))
        .map(line -> line.substring(beginning.length()))
        .toList();
  }

  /** A folder as that of an installed Spark, whose class path an executor has. */
  private Path home(List<String> spark) throws IOException {
    Path jars = Files.createDirectories(folder.resolve("spark/jars"));
    for (String jar : spark) {
      Files.createSymbolicLink(
          jars.resolve(Path.of(jar).getFileName()), Path.of(jar).toAbsolutePath());
    }
    return jars.getParent();
  }

  private String submit(String master, List<String> spark, List<String> jars) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Stream.of(org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions().split(" ", -1))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx600m",
            "-XX:TieredStopAtLevel=1",
            "org.apache.spark.deploy.SparkSubmit",
            "--master",
            master,
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.driver.host=127.0.0.1",
            "--conf",
            "spark.driver.bindAddress=127.0.0.1",
            "--conf",
            "spark.executor.memory=600m",
            "--conf",
            "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1",
            "--conf",
            "spark.scheduler.minRegisteredResourcesRatio=1.0",
            "--class",
            SubmittedJob.class.getName(),
            "--jars",
            String.join(",", jars.subList(1, jars.size())),
            jars.get(0),
            folder.resolve("registry").toString(),
            folder.toString()));
    Path said = folder.resolve("said");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(said.toFile()).redirectError(errors.toFile());
    builder.directory(folder.toFile()); // the workers of a cluster have their files there
    builder.environment().put("CLASSPATH", String.join(File.pathSeparator, spark));
    Path home = home(spark);
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    int exit = builder.start().waitFor();
    for (String jar : spark) { // a link that is left would be reported
      Files.delete(home.resolve("jars").resolve(Path.of(jar).getFileName()));
    }
    assertThat(exit).as(() -> errors(errors)).isZero();
    return Files.readString(said, StandardCharsets.UTF_8);
  }

  private static String errors(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** A folder of classes becomes a jar, which is what a job has. */
  private String jar(Path entry, int number) throws IOException {
    if (Files.isRegularFile(entry)) {
      return entry.toString();
    }
    Path jar = folder.resolve(number + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.walk(entry)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new JarEntry(entry.relativize(path).toString().replace(File.separatorChar, '/')));
        Files.copy(path, out);
        out.closeEntry();
      }
    }
    return jar.toString();
  }
}
