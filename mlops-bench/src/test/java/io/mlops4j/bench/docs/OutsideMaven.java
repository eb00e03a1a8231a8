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
import org.junit.jupiter.api.Assumptions;

/**
 * Maven in a project outside this one, which finds the artifacts of this build in a local
 * repository of their own before the user's.
 */
final class OutsideMaven {
  static final String VERSION = "0.1.0-SNAPSHOT";

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String GROUP = "io/mlops4j";

  /** The first that reads a second local repository. */
  private static final Pattern NEW_ENOUGH = Pattern.compile("Apache Maven (3\\.9\\.[1-9]|[4-9])");

  private final Path project;
  private final Path repository;

  private OutsideMaven(Path project, Path repository) {
    this.project = project;
    this.repository = repository;
  }

  /** Skips the tests of a class, and prints why, if there is no Maven that is new enough. */
  static void assumeThere(String what) throws Exception {
    Optional<Path> maven = maven();
    String problem = null;
    if (maven.isEmpty()) {
      problem = "found no Maven, neither that of this build nor one on the path";
    } else {
      String version = run(ROOT, List.of(maven.get().toString(), "-v"), "").text();
      if (!NEW_ENOUGH.matcher(version).find()) {
        problem = "needs Maven 3.9.1 or newer, found " + version;
      }
    }
    if (problem != null) {
      System.out.println("skipped: " + what + ": " + problem);
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

  /** What a process printed. */
  record Said(int code, String text) {}

  /** Runs a command, for at most five minutes. */
  static Said run(Path folder, List<String> command, String classPath) throws Exception {
    Path output = Files.createTempFile("mlops4j-outside", ".txt");
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

  /**
   * Returns the Maven of a project.
   *
   * @param repository a new folder for what {@code mvn install} would put into the user's
   *     repository
   */
  static OutsideMaven in(Path project, Path repository) throws IOException {
    install(repository, "mlops4j-parent", ROOT.resolve("pom.xml"));
    for (String module :
        List.of("mlops-api", "mlops-runtime", "mlops-monitor", "mlops-runtime/spring-boot")) {
      Path pom = ROOT.resolve(module).resolve("pom.xml");
      String artifact = module.endsWith("spring-boot") ? "mlops-spring-boot-starter" : module;
      Path folder = install(repository, artifact, pom);
      String jar = artifact + "-" + VERSION + ".jar";
      Path built = ROOT.resolve(module).resolve("target").resolve(jar);
      if (Files.exists(built)) { // the starter is built after this module, or beside it
        Files.copy(built, folder.resolve(jar));
      }
    }
    return new OutsideMaven(project, repository);
  }

  private static Path install(Path repository, String artifact, Path pom) throws IOException {
    Path folder = repository.resolve(GROUP).resolve(artifact).resolve(VERSION);
    Files.createDirectories(folder);
    Files.copy(pom, folder.resolve(artifact + "-" + VERSION + ".pom"));
    return folder;
  }

  /** Runs goals. */
  Said run(String... goals) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(maven().orElseThrow().toString());
    command.addAll(List.of("-B", "-ntp", "-Dstyle.color=never"));
    if ("offline=true".equals(System.getProperty("maven.offline"))) {
      command.add("-o");
    }
    command.add("-Dmaven.repo.local=" + repository);
    command.add("-Dmaven.repo.local.tail=" + usersRepository());
    command.addAll(List.of(goals));
    return run(project, command, "");
  }

  /** Only read. */
  private static String usersRepository() {
    return System.getProperty(
        "maven.repository", Path.of(System.getProperty("user.home"), ".m2/repository").toString());
  }

  /** The version of a plugin in this build. */
  static String plugin(String name) throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    return first("<artifactId>" + name + "</artifactId>\\s*<version>([^<]+)<", pom).group(1);
  }

  static MatchResult first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.toMatchResult();
  }
}
