package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.DependsOnJava;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

/** A call through java.lang.foreign that fails half-way releases what it had made. */
@DependsOnJava
@EnabledOnOs(OS.LINUX)
@EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
class ForeignFaultsTest {
  @Test
  @Timeout(300)
  void whateverCallFailsEveryObjectIsReleasedAndEveryByteIsFreed() throws Exception {
    List<String> flags =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null");
    ProcessBuilder builder =
        ChildProcess.java(
                flags,
                FaultsChild.class,
                "mlp4",
                "engine/type_string",
                "engine/type_uint32",
                "engine/optional_in")
            .redirectErrorStream(true);
    Process child = ChildProcess.start(builder);
    try {
      List<String> said =
          ChildProcess.output(child).lines().filter(line -> !line.contains("SLF4J")).toList();
      assertThat(said).hasSize(5).allSatisfy(line -> assertThat(line).matches("\\S+ [1-9][0-9]+"));
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }
}
