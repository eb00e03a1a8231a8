package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.runtime.ChildProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

/** A call through java.lang.foreign that fails half-way releases what it had made. */
@EnabledOnOs(OS.LINUX)
@EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
class ForeignFaultsTest {
  @Test
  @Timeout(300)
  void whateverCallFailsEveryObjectIsReleasedAndEveryByteIsFreed() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            FaultsChild.class.getName(),
            "mlp4",
            "engine/type_string",
            "engine/type_uint32",
            "engine/optional_in");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // ONNX Runtime 1.29 does not survive a long command line, as a class path would make it.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process child = ChildProcess.start(builder);
    try {
      List<String> said =
          new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.contains("SLF4J"))
              .toList();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(said).hasSize(5).allSatisfy(line -> assertThat(line).matches("\\S+ [1-9][0-9]+"));
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }
}
