package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The library is found where ONNX Runtime's Java package has extracted it. */
@EnabledOnOs(OS.LINUX)
@EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
class LibraryPathTest {
  /** Makes a folder whose name is no ASCII, whatever the locale of this process is. */
  private static final String SCRIPT =
      "folder=\"$(printf '%s/\\303\\251 \\344\\270\\255' \"$0\")\"; mkdir \"$folder\";"
          + " export JDK_JAVA_OPTIONS=\"-Djava.io.tmpdir='$folder'\" LC_ALL=C.UTF-8; exec \"$@\"";

  @Test
  void aFolderWithAnyNameDoes(@TempDir Path temporary) throws Exception {
    List<String> flags =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dmlops4j.calls=foreign");
    ProcessBuilder java = ChildProcess.java(flags, LibraryPathTest.class);
    Process child =
        ChildProcess.start(
            ChildProcess.by(List.of("sh", "-c", SCRIPT, temporary.toString()), java)
                .redirectError(ProcessBuilder.Redirect.DISCARD));
    assertThat(ChildProcess.output(child).lines()).contains("java.lang.foreign in \u00e9 \u4e2d");
  }

  /** Prints how a model is called, and the last name of the folder for temporary files. */
  public static void main(String[] none) {
    OnnxEngine engine = OnnxEngine.open(EngineOptions.of(new DirectMemory(), 1));
    try (EngineModel model =
        engine.load(OnnxFixture.source("m.onnx", OnnxFixture.bytes("mlp4")), OnnxFixture.CPU)) {
      System.out.printf(
          "%s in %s%n",
          model.placement().calls(), Path.of(System.getProperty("java.io.tmpdir")).getFileName());
    }
    engine.close();
  }
}
