package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What holds for every command: help, mistakes, failures. */
class CommandsTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "publish",
        "list",
        "show",
        "assign",
        "history",
        "rollout",
        "rollout start",
        "rollout status",
        "rollout approve",
        "rollout abort",
        "diff",
        "sign",
        "verify",
        "export",
        "import",
        "copy",
        "deprecate",
        "delete",
        "restore",
        "unassign",
        "retire",
        "reinstate",
        "gc",
        "inspect",
        "predict",
        "convert",
        "profile",
        "reference",
        "drift",
        "quality"
      })
  void everyCommandTeachesByAnExample(String command) {
    Line.Said said = Line.withoutRegistry().run((Object[]) (command + " --help").split(" "));

    assertThat(said.code()).isZero();
    assertThat(said.out()).contains("Example", "  mlops4j " + command + " ", "--json", "2 ");
    assertThat(said.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"convert", "profile", "reference", "drift", "quality"})
  void aCommandWithoutARegistryHasNoOptionOfOne(String command) {
    Line.Said said = Line.withoutRegistry().run(command, "--help");

    assertThat(said.out()).doesNotContain("registry", "--schema", "--prefix", "--blobs", "--trust");
    Line.Said misused = Line.withoutRegistry().run(command, "a.csv", "b.arrow", "--registry", "r");
    assertThat(misused.code()).isEqualTo(2);
    assertThat(misused.err()).contains("--registry", "Try 'mlops4j " + command + " --help'");
    assertThat(Line.withoutRegistry().run("list", "--help").out())
        .contains("--registry", "--trust");
  }

  @ParameterizedTest
  @ValueSource(strings = {"profile", "reference"})
  void aCommandThatDoesNotJudgeNamesNoVerdict(String command) {
    assertThat(Line.withoutRegistry().run(command, "--help").out())
        .contains("  0 ", "  1 ", "  2 ")
        .doesNotContain("  3 ", "drifted");
  }

  @Test
  void aCommandThatStandsFirstIsBuiltAlone() {
    ClassLoader loader = getClass().getClassLoader();
    for (String name : commands().getSubcommands().keySet()) {
      String[] args = {name, "--help"};
      assertThat(Commands.line(it -> null, false, loader, args).getSubcommands())
          .containsOnlyKeys(name);
    }
    assertThat(
            Commands.line(it -> null, false, loader, new String[] {"--json", "list"})
                .getSubcommands())
        .hasSize(26);
  }

  @Test
  void helpNamesEveryCommand() {
    Line.Said said = Line.withoutRegistry().run("--help");

    assertThat(said.code()).isZero();
    assertThat(said.out())
        .contains("publish", "list", "show", "assign", "history", "diff", "sign", "verify")
        .contains("export", "import", "copy", "deprecate", "delete", "restore", "gc")
        .contains("inspect", "predict", "convert", "profile", "reference", "drift", "quality")
        .contains("unassign", "retire", "reinstate", "rollout");
  }

  @Test
  void withoutACommandTheHelpIsAMistakesAnswer() {
    Line.Said said = Line.withoutRegistry().run();

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("Usage: mlops4j");
  }

  @Test
  void aMistypedCommandIsAnsweredByTheRightOne() {
    Line.Said said = Line.withoutRegistry().run("verfy");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("verfy", "Did you mean", "verify");
    Line.Said nested = Line.withoutRegistry().run("rollout", "stat", "mlp@champion");
    assertThat(nested.code()).isEqualTo(2);
    assertThat(nested.err()).contains("stat", "Try 'mlops4j rollout --help'");
  }

  @Test
  void aRegistryMustBeNamed() {
    Line.Said said = Line.withoutRegistry().run("list", "--json");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .isEqualToNormalizingNewlines(
            """
            mlops4j: no registry is named; add --registry ADDRESS or set MLOPS4J_REGISTRY in the environment
            Try 'mlops4j list --help'.
            """);
  }

  @Test
  void aMistypedPathDoesNotBecomeAnEmptyRegistry() throws Exception {
    Path typo = temporary.resolve("typo");

    Line.Said said = Line.withoutRegistry().run("list", "--registry", typo);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("mlops4j: " + typo + ": found no registry");
    assertThat(typo).doesNotExist();

    Files.createDirectory(typo);
    assertThat(Line.of(typo).run("verify").code()).isEqualTo(1);
    assertThat(typo).isEmptyDirectory();
  }

  @Test
  void anOptionForAllCommandsStandsBeforeOrAfterTheCommand() throws Exception {
    Path old = Line.oldRegistry(temporary);

    assertThat(Line.withoutRegistry().run("--json", "--registry", old, "list").json().at("/models"))
        .hasSize(3);
    assertThat(Line.withoutRegistry().run("list", "--registry", old, "--json").json().at("/models"))
        .hasSize(3);
  }

  @Test
  void theOptionOutranksTheEnvironment() throws Exception {
    Path old = Line.oldRegistry(temporary);

    Line.Said said = Line.of(temporary.resolve("none")).run("list", "--registry", old);

    assertThat(said.code()).isZero();
  }

  @Test
  void aFailureIsToldInOneLineAndTracedOnDemand() throws Exception {
    Path old = Line.oldRegistry(temporary);

    Line.Said said = Line.of(old).run("show", "flight-delay:9", "--json");
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).startsWith("mlops4j: ").contains("flight-delay").hasLineCount(1);

    Line.Said traced = Line.of(old).run("show", "flight-delay:9", "--debug");
    assertThat(traced.err()).contains("RegistryException", "\tat io.mlops4j");
  }

  @Test
  void aReferenceOfAnotherFormIsAMistake() throws Exception {
    Line.Said said = Line.of(Line.oldRegistry(temporary)).run("show", "Flight Delay");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("found \"Flight Delay\"");
  }

  @Test
  void whatMovesACursorDoesNotReachTheTerminal() throws Exception {
    Path registry = temporary.resolve("registry");
    String evil = "a\u001b[2Jb\rc\u202ed";
    Path model = Line.model(temporary, "mlp4.onnx");
    Line line = Line.of(registry);

    assertThat(line.run("publish", model, "--name", "m", "--owner", evil).code()).isZero();

    assertThat(line.run("show", "m").out()).contains("a?[2Jb?c?d");
    Line.Said json = line.run("show", "m", "--json");
    assertThat(json.out()).doesNotContain("\u001b").isASCII();
    assertThat(json.json().at("/card/owner").textValue()).isEqualTo(evil);
  }

  @Test
  void anAnswerThatNobodyTookIsAFailure() throws Exception {
    Path old = Line.oldRegistry(temporary);
    CommandLine line = Commands.line(name -> old.toString(), false);
    line.setErr(new PrintWriter(new StringWriter()));
    line.setOut(
        new PrintWriter(
            new Writer() {
              @Override
              public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
              }

              @Override
              public void flush() {}

              @Override
              public void close() {}
            }));

    assertThat(line.execute("list", "--json")).isEqualTo(1);
  }

  private static CommandLine commands() {
    return Commands.line(name -> null, false);
  }

  /** Every line of a text that starts the program, without its name; lines go on after a \\. */
  private static Stream<String[]> starts(String text) {
    return text.replaceAll("\\\\\\R *", "")
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("mlops4j "))
        .map(line -> line.replaceFirst(" \\|\\| .*", ""))
        .map(
            line ->
                Pattern.compile("(\"[^\"]*\"|\\S)+")
                    .matcher(line)
                    .results()
                    .skip(1)
                    .map(word -> word.group().replace("\"", ""))
                    .toArray(String[]::new));
  }

  private static void assertUnderstood(String[] line) {
    assertThatCode(() -> commands().parseArgs(line))
        .as(String.join(" ", line))
        .doesNotThrowAnyException();
  }

  @Test
  void everyExampleOfTheHelpIsUnderstood() {
    List<String[]> examples =
        Stream.concat(
                commands().getSubcommands().keySet().stream(),
                Stream.of("start", "status", "approve", "abort").map("rollout "::concat))
            .map(name -> Line.withoutRegistry().run((Object[]) (name + " --help").split(" ")))
            .flatMap(said -> starts(said.out()))
            .toList();

    assertThat(examples).hasSizeGreaterThan(20).allSatisfy(CommandsTest::assertUnderstood);
  }

  @Test
  void thePageNamesEveryCommandAndItsExamplesAreUnderstood() throws Exception {
    String page = Files.readString(Path.of("../../docs/command-line.md"));
    List<String> named =
        Pattern.compile("(?m)^\\| `([a-z]+)[ `]")
            .matcher(page)
            .results()
            .map(row -> row.group(1))
            .toList();

    assertThat(named).containsExactlyElementsOf(commands().getSubcommands().keySet());
    assertThat(starts(page)).hasSizeGreaterThan(20).allSatisfy(CommandsTest::assertUnderstood);
  }
}
