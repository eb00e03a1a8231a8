package io.mlops4j.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.ModelRuntime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The parts that ill-treat ONNX Runtime, with calls through java.lang.foreign. {@link
 * SoakCommandTest} tries all parts with JNI, as it runs on Java 17 only.
 */
@Thorough("soak")
@EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
class ForeignPartsTest {
  private static final String[] ARGUMENTS = {
    "--tiny", "soak.crashtable", "soak.mixed", "soak.mutants", "soak.operators", "soak.exit"
  };

  @TempDir Path temporary;

  @Test
  void engineComesThroughTinyCounts() throws Exception {
    // The processes of the parts inherit the flags of this one.
    try (ModelRuntime runtime = ModelRuntime.builder().strict().open();
        Model model = runtime.load(Graphs.save(temporary, "line", Graphs.line()))) {
      assertThat(model.placement().calls()).isEqualTo("java.lang.foreign");
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new SoakCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(ARGUMENTS);
    System.out.println(err);
    assertThat(out.toString().lines())
        .hasSizeGreaterThanOrEqualTo(ARGUMENTS.length - 1)
        .allMatch(line -> line.endsWith(" ok"));
    assertThat(exit).isZero();
  }
}
