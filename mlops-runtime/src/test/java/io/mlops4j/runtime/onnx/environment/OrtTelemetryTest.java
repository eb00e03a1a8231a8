package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.OnnxEngineProvider;
import io.mlops4j.spi.EngineOptions;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.nop.NOPServiceProvider;

/**
 * In processes of their own, because telemetry begins with the environment. Its files show it: an
 * identifier of the machine and the data to be sent. Its HTTP client is given a proxy at a port of
 * this machine that nothing listens to, so that nothing is sent.
 */
class OrtTelemetryTest {
  private static final String NOTHING_LISTENS = "http://127.0.0.1:9";

  @TempDir Path folder;

  /** Prints what is logged as a warning. */
  public static final class Prints extends NOPServiceProvider {
    @Override
    public ILoggerFactory getLoggerFactory() {
      return name ->
          (Logger)
              Proxy.newProxyInstance(
                  Logger.class.getClassLoader(),
                  new Class<?>[] {Logger.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("warn")) {
                      System.out.println(Arrays.toString(arguments));
                    }
                    return method.getReturnType() == boolean.class ? false : null;
                  });
    }
  }

  /** Opens the engine, twice. */
  static final class Opens {
    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        EngineOptions options = EngineOptions.of(new DirectMemory(), 1);
        if (args.length > 0) {
          options = options.withNativeCache(Path.of(args[0]));
        }
        new OnnxEngineProvider().open(options).close();
      }
    }
  }

  @Test
  void isDecidedByAVariableAndDoesNotExistOnWindows() {
    Map<String, String> none = Map.of("PATH", "/bin");
    assertThat(OrtTelemetry.isUndecided("Linux", none)).isTrue();
    assertThat(OrtTelemetry.isUndecided("Mac OS X", none)).isTrue();
    assertThat(OrtTelemetry.isUndecided("Windows 11", none)).isFalse();
    assertThat(OrtTelemetry.isUndecided("Linux", Map.of(OrtTelemetry.VARIABLE, "1"))).isFalse();
    assertThat(OrtTelemetry.isUndecided("Linux", Map.of(OrtTelemetry.VARIABLE, "0"))).isFalse();
  }

  @Test
  void warnsAboutVersionsThatSendOnly() {
    assertThat(OrtTelemetry.warning("1.28.1")).isEmpty();
    assertThat(OrtTelemetry.warning("1.29.0").orElseThrow()).contains("ORT_DISABLE_TELEMETRY=1");
    assertThat(OrtTelemetry.warning("2.0.0")).isPresent();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theVariableKeepsItOff() throws Exception {
    assertThat(opened(Map.of(OrtTelemetry.VARIABLE, "1"), List.of(), List.of()))
        .doesNotContain("Microsoft");
    assertThat(files()).isEmpty();
  }

  /** Also the control: without the variable, there are files. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutTheVariableAWarningSaysSoThroughJni() throws Exception {
    assertThat(opened(Map.of(), List.of("-Dmlops4j.calls=jni"), List.of()))
        .contains("sends data", "ORT_DISABLE_TELEMETRY=1");
    assertThat(files()).isNotEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
  void foreignCallsKeepItOffWithoutTheVariable() throws Exception {
    List<String> access = List.of("--enable-native-access=ALL-UNNAMED");
    assertThat(opened(Map.of(), access, List.of())).doesNotContain("Microsoft");
    assertThat(files()).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
  void foreignCallsKeepItOffWhenTheLibraryIsKept() throws Exception {
    List<String> access = List.of("--enable-native-access=ALL-UNNAMED");
    String kept = folder.resolve("libraries").toString();
    for (int start = 0; start < 2; start++) { // the second finds the library
      assertThat(opened(Map.of(), access, List.of(kept))).doesNotContain("Microsoft");
      assertThat(files()).isEmpty();
    }
  }

  private String opened(Map<String, String> variables, List<String> flags, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-Dslf4j.provider=" + Prints.class.getName()));
    all.addAll(flags);
    ProcessBuilder builder =
        ChildProcess.java(all, Opens.class, arguments.toArray()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("ORT_") || isOfBuilds(name));
    environment.put("XDG_CACHE_HOME", cache().toString());
    environment.put("HTTPS_PROXY", NOTHING_LISTENS);
    environment.put("https_proxy", NOTHING_LISTENS);
    environment.putAll(variables);
    Process process = ChildProcess.start(builder);
    String printed = ChildProcess.output(process);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  /** ONNX Runtime has no telemetry where one of these is set. */
  private static boolean isOfBuilds(String name) {
    return name.equals("CI")
        || name.equals("TF_BUILD")
        || name.equals("TRAVIS")
        || name.equals("BUILDKITE")
        || name.equals("CIRCLECI")
        || name.startsWith("GITHUB_")
        || name.startsWith("GITLAB_")
        || name.startsWith("JENKINS_")
        || name.startsWith("CODEBUILD_")
        || name.startsWith("TEAMCITY_")
        || name.startsWith("APPVEYOR")
        || name.startsWith("BITBUCKET_")
        || name.startsWith("SYSTEM_");
  }

  private Path cache() {
    return folder.resolve("cache");
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(cache())) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(cache())) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
