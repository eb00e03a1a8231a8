package io.mlops4j.bench.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GoldenCommandTest {
  private static final Path COMMITTED =
      Path.of("../mlops-monitor/src/test/resources/io/mlops4j/monitor/golden");

  @TempDir Path folder;

  private record Run(int exit, List<String> lines) {
    static Run on(Path folder) {
      StringWriter text = new StringWriter();
      int exit =
          new CommandLine(new GoldenCommand())
              .setOut(new PrintWriter(text))
              .execute(folder.toString());
      return new Run(exit, text.toString().lines().toList());
    }

    String last() {
      return lines.get(lines.size() - 1);
    }
  }

  @Test
  void nothingIsOffOnTheCommittedValues() {
    Run run = Run.on(COMMITTED);
    assertThat(run.lines()).noneMatch(line -> line.endsWith(" off"));
    assertThat(run.last())
        .matches("GOLDEN total: ok [1-9]\\d+, off 0, ours [1-9]\\d*, absent [1-9]\\d*");
    assertThat(run.exit()).isZero();
    assertThat(run.lines().subList(0, run.lines().size() - 1))
        .allMatch(line -> line.matches("GOLDEN \\S+ \\S+ \\S+ \\S+ \\S+ (ok|off|ours|absent)"));
  }

  @Test
  void whatDriftReportsNeedIsOfferedInEveryCase() {
    List<String> lines = Run.on(COMMITTED).lines();
    for (String path :
        List.of(
            "ks_two-sided_asymp.pvalue",
            "wasserstein",
            "hist_quantile10.psi_eps1e-4",
            "chi2_correction_true.pvalue",
            "roc_auc")) {
      assertThat(lines)
          .filteredOn(line -> line.contains(" " + path + " "))
          .isNotEmpty()
          .noneMatch(line -> line.endsWith(" absent"));
    }
  }

  @Test
  void aWrongValueIsOffAndTheExitCodeSaysSo() throws IOException {
    write(
        "one.json",
        """
        {"cases": [{"name": "two words", "ref": [1, 2], "cur": [2, 3],
          "expected": {"wasserstein": 1.25, "other": 7, "note": "a remark", "wasserstein_over_ref_std_ddof0": 2}}]}""");
    Run run = Run.on(folder);
    assertThat(run.lines())
        .containsExactly(
            "GOLDEN one.json two_words wasserstein 1.0 1.25 off",
            "GOLDEN one.json two_words other - 7 absent",
            "GOLDEN one.json two_words wasserstein_over_ref_std_ddof0 2.0 2 ok",
            "GOLDEN total: ok 1, off 1, ours 0, absent 1");
    assertThat(run.exit()).isOne();
  }

  @Test
  void undefinedValuesAreAnsweredByOurRule() throws IOException {
    write(
        "binary.json",
        """
        {"binary": [{"name": "one_class", "y": [1, 1], "p": [0.5, 0.75], "expected": {"roc_auc": {"error": "ValueError: one class"}}}],
         "cases": [{"name": "constant", "ref": [5, 5], "cur": [6], "expected": {"wasserstein_over_ref_std_ddof0": "nan"}},
                   {"name": "empty", "ref": ["nan"], "cur": [6], "expected": {"wasserstein": {"error": "ValueError"}}},
                   {"name": "refused", "ref": [], "cur": [6], "expected": {"wasserstein": 1}}]}""");
    Run run = Run.on(folder);
    assertThat(run.lines())
        .containsExactly(
            "GOLDEN binary.json one_class roc_auc undefined error ours",
            "GOLDEN binary.json constant wasserstein_over_ref_std_ddof0 Infinity nan ours",
            "GOLDEN binary.json empty wasserstein refused error ours",
            "GOLDEN binary.json refused wasserstein refused 1 off",
            "GOLDEN total: ok 0, off 1, ours 3, absent 0");
  }

  @Test
  void anArrayIsComparedElementByElement() throws IOException {
    write(
        "p.json",
        "{\"p\": [0.01, 0.5], \"bonferroni\": [0.02, 0.9], \"bh\": [0.02], \"unknown\": [1, 2]}");
    assertThat(Run.on(folder).lines())
        .containsExactly(
            "GOLDEN p.json p_values bonferroni[0] 0.02 0.02 ok",
            "GOLDEN p.json p_values bonferroni[1] 1.0 0.9 off",
            "GOLDEN p.json p_values bh [2] [1] off",
            "GOLDEN p.json p_values unknown - [2] absent",
            "GOLDEN total: ok 1, off 2, ours 0, absent 1");
  }

  @Test
  void aFolderThatIsNotThereIsAnErrorAndNotSuccess() {
    assertThat(
            new CommandLine(new GoldenCommand())
                .setErr(new PrintWriter(new StringWriter()))
                .execute(folder.resolve("no").toString()))
        .isNotZero();
  }

  private void write(String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json);
  }
}
