package io.mlops4j.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import io.mlops4j.fixture.Thorough;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the command prints; and every part of it once, with tiny counts. */
class SoakCommandTest {
  /** Finds what it is told to. */
  private record Told(String name, List<Finding> findings) implements Part {
    @Override
    public String what() {
      return "nothing";
    }

    @Override
    public List<Finding> run(Size size, long seed, Consumer<String> say) {
      say.accept(size + " " + seed);
      return findings;
    }
  }

  private static final List<Part> PARTS =
      List.of(
          new Told("soak.good", List.of(new Finding("soak.good", 0, 0))),
          new Told(
              "soak.bad",
              List.of(new Finding("soak.bad.a", 1, 0), new Finding("soak.bad.b", 1.25, 2))),
          new Told("soak.skipped", List.of()));

  private record Run(int exit, List<String> out, List<String> err) {
    static Run of(SoakCommand command, String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int exit =
          new CommandLine(command)
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Run(exit, out.toString().lines().toList(), err.toString().lines().toList());
    }
  }

  @Test
  void aFigureAboveItsBoundIsShortAndTheExitCode() {
    Run run = Run.of(new SoakCommand(PARTS), "--quick", "--seed", "7");
    assertThat(run.out())
        .containsExactly(
            "SOAK soak.good 0 <=0 ok", "SOAK soak.bad.a 1 <=0 short", "SOAK soak.bad.b 1.3 <=2 ok");
    assertThat(run.err()).contains("# soak.skipped: QUICK 7");
    assertThat(run.exit()).isOne();
  }

  @Test
  void whatBeginsWithAPrefixIsRun() {
    Run run = Run.of(new SoakCommand(PARTS), "soak.g", "soak.s");
    assertThat(run.out()).containsExactly("SOAK soak.good 0 <=0 ok");
    assertThat(run.exit()).isZero();
  }

  @Test
  void aNameThatNoPartHasIsAnErrorAndNotSuccess() {
    Run run = Run.of(new SoakCommand(PARTS), "nothing");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).contains("  soak.good");
  }

  @Test
  void aFigureThatIsNoNumberIsShort() {
    assertThat(new Finding("a", Double.NaN, 1).ok()).isFalse();
    assertThat(new Finding("a", Double.POSITIVE_INFINITY, 1).line())
        .isEqualTo("SOAK a Infinity <=1 short");
  }

  @Thorough("soak")
  @Test
  void everyPartComesThroughTinyCounts() {
    Run run = Run.of(new SoakCommand(), "--tiny");
    run.err().forEach(System.out::println);
    assertThat(run.out()).isNotEmpty().allMatch(line -> line.endsWith(" ok"));
    assertThat(run.exit()).isZero();
  }
}
