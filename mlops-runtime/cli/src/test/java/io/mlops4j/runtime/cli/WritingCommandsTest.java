package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.runtime.card.CardJson;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing, assigning and collecting, by real models in a real registry. */
class WritingCommandsTest {
  @TempDir Path temporary;
  private Path registry;
  private Line line;
  private Path model;
  private Path wrong;

  @BeforeEach
  void prepare() throws Exception {
    registry = temporary.resolve("registry");
    line = Line.of(registry);
    model = Line.model(temporary, "mlp4.onnx");
    wrong = Line.model(temporary, "mlp4_wrong.onnx");
  }

  @Test
  void publishAnswersWithTheVersion() {
    Line.Said said = line.run("publish", model, "--name", "mlp", "--owner", "ops-ml");

    assertThat(said.code()).isZero();
    assertThat(said.err()).isEmpty();
    assertThat(said.out()).isEqualTo("mlp:1  " + Line.MLP4 + "\n");
    JsonNode again =
        line.run("publish", model, "--name", "mlp", "--owner", "ops-ml", "--json").json();
    assertThat(again.get("number").intValue()).isEqualTo(1);
    assertThat(again.get("digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(line.run("publish", model, "--name", "mlp", "--owner", "others").out())
        .startsWith("mlp:2  ");
  }

  @Test
  void publishTakesTheWholeCardFromOptions() {
    Line.Said said =
        line.run(
            "publish",
            model,
            "--name",
            "mlp",
            "--licence",
            "Apache-2.0",
            "--use",
            "tests",
            "--description",
            "a = b",
            "--tier",
            "2",
            "--commit",
            "0123abc",
            "--region",
            "eu",
            "--feature",
            "a",
            "--feature",
            "b",
            "--key",
            "id",
            "--metric",
            "roc_auc=0.71",
            "--metric",
            "ece=1e-3",
            "--parameter",
            "note=x=y",
            "--seed",
            "numpy=42",
            "--no-load");

    assertThat(said.err()).isEmpty();
    JsonNode card = line.run("show", "mlp", "--json").json().get("card");
    assertThat(card)
        .isEqualTo(
            new Line.Said(
                    0,
                    """
                    {"card": 1, "name": "mlp", "licence": "Apache-2.0", "intendedUse": "tests",
                     "description": "a = b", "tier": 2, "commit": "0123abc", "regions": ["eu"],
                     "features": {"columns": [{"name": "a"}, {"name": "b"}], "keys": ["id"]},
                     "metrics": {"roc_auc": 0.71, "ece": 0.001}, "parameters": {"note": "x=y"},
                     "seeds": {"numpy": 42}}
                    """,
                    "")
                .json());
  }

  @Test
  void optionsReplaceWhatTheCardsFileSays() throws Exception {
    Path card = temporary.resolve("card.json");
    Files.writeString(
        card,
        """
        {"card": 1, "name": "mlp", "owner": "ops", "ower": "typo",
         "metrics": {"roc_auc": 0.6, "ece": 0.1}}
        """);

    Line.Said said =
        line.run("publish", model, "--card", card, "--owner", "ops-ml", "--metric", "ece=0.05");

    assertThat(said.code()).isZero();
    assertThat(said.err()).contains("card.json", "[ower]").hasLineCount(1);
    JsonNode shown = line.run("show", "mlp", "--json").json().get("card");
    assertThat(shown.get("owner").textValue()).isEqualTo("ops-ml");
    assertThat(shown.at("/metrics/roc_auc").doubleValue()).isEqualTo(0.6);
    assertThat(shown.at("/metrics/ece").doubleValue()).isEqualTo(0.05);
    assertThat(shown.has("ower")).isFalse();
  }

  @Test
  void publishRefusesACardThatTheModelContradictsBeforeARegistryIsMade() throws Exception {
    GoldenRows rows = GoldenRows.within(1e-6).withInput("age", 1f).withOutput("y", 2f);
    Path golden =
        Files.writeString(
            temporary.resolve("golden.json"),
            CardJson.text(ModelCard.builder("mlp").goldenRows(rows).build()));
    Path registry = temporary.resolve("none");

    Line.Said said = Line.of(registry).run("publish", model, "--card", golden);
    Line.Said features =
        Line.of(registry).run("publish", model, "--name", "mlp", "--feature", "age");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("card of mlp: the model does not take its golden rows");
    assertThat(features.code()).isEqualTo(1);
    assertThat(features.err()).contains("age");
    assertThat(registry).doesNotExist();
    assertThat(Line.of(registry).run("publish", model, "--card", golden, "--no-load").code())
        .isZero();
  }

  @Test
  void aCardsFileThatIsNoJsonIsToldWithItsPlace() throws Exception {
    Path card = Files.writeString(temporary.resolve("card.json"), "{\n  \"card\": one}");

    Line.Said said = line.run("publish", model, "--card", card);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains("card.json: not valid JSON in line 2, column ")
        .doesNotContain("Source")
        .hasLineCount(1);
  }

  @Test
  void aPairWithoutItsValueIsToldInWords() {
    assertThat(line.run("publish", model, "--name", "mlp", "--metric", "roc").err())
        .contains("Value for option '--metric'");
  }

  @Test
  void showTellsSeedsAndWhyAVersionIsDeprecated() {
    line.run("publish", model, "--name", "mlp", "--seed", "numpy=42");
    line.run("deprecate", "mlp:1", "--by", "ana", "--because", "wrong labels");

    assertThat(line.run("show", "mlp:1").out())
        .containsPattern("seed +numpy 42\n")
        .containsPattern("state +deprecated since \\S+ by ana: wrong labels\n");
  }

  @Test
  void aCardThatIsShownCanBePublishedAgain() throws Exception {
    Path old = Line.oldRegistry(temporary);
    Path card = temporary.resolve("card.json");
    Files.writeString(card, Line.of(old).run("show", "flight-delay:1", "--card").out());

    // It is of the first version of this library, and has no signature.
    assertThat(Line.of(old).run("publish", model, "--card", card, "--no-load").out())
        .isEqualTo("flight-delay:1  " + Line.MLP4 + "\n");
  }

  @Test
  void publishRefusesWhatIsNoCardBeforeARegistryIsMade() throws Exception {
    Path card = temporary.resolve("card.json");
    Files.writeString(card, "{\"card\": 1, \"name\": ");

    assertThat(line.run("publish", model).code()).isEqualTo(2);
    Line.Said tier = line.run("publish", model, "--name", "mlp", "--tier", "10");
    assertThat(tier.code()).isEqualTo(2);
    assertThat(tier.err()).contains("tier: found 10, expected 1");
    Line.Said metric = line.run("publish", model, "--name", "mlp", "--metric", "auc=high");
    assertThat(metric.code()).isEqualTo(2);
    assertThat(metric.err()).contains("high", "--metric");
    Line.Said json = line.run("publish", model, "--card", card);
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.err()).contains("card.json: not valid JSON");
    assertThat(registry).doesNotExist();
  }

  @Test
  void publishOfWhatIsNotThereFails() {
    Line.Said said = line.run("publish", temporary.resolve("none.onnx"), "--name", "mlp");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("none.onnx");
  }

  @Test
  void progressIsShownOnATerminalOrOnDemandAndOnlyOnStandardError() {
    Line.Said quiet = line.onTerminal().run("publish", model, "--name", "a", "--no-progress");
    assertThat(quiet.err()).isEmpty();

    Line.Said drawn = line.onTerminal().run("publish", model, "--name", "b", "--json");
    assertThat(drawn.err()).contains("publish b  [########################] 100 %  318 B of 318 B");
    assertThat(drawn.err()).endsWith("\r");
    assertThat(drawn.json().get("ref").textValue()).isEqualTo("b:1");

    Line.Said lines = line.run("verify", "--progress");
    assertThat(lines.err()).contains("verify  [########################] 100 %  2 of 2");
    assertThat(lines.err()).doesNotContain("\r");
    assertThat(lines.out()).startsWith("intact: 2 versions");
  }

  @Test
  void assignTellsTheRecord() {
    line.run("publish", model, "--name", "mlp");
    line.run("publish", wrong, "--name", "mlp");

    Line.Said first =
        line.run("assign", "mlp@champion", "mlp:1", "--by", "ana", "--because", "@ana says so");
    assertThat(first.code()).isZero();
    assertThat(first.out()).isEqualTo("mlp@champion -> mlp:1  ana: @ana says so\n");

    line.run("assign", "mlp@other", "mlp:2", "--by", "ana");
    assertThat(line.run("assign", "mlp@other", "mlp:1", "--by", "ana").out())
        .isEqualTo("mlp@other -> mlp:1 (was mlp:2)  ana\n");

    JsonNode second = line.run("assign", "mlp@champion", "mlp", "--by", "bob", "--json").json();
    assertThat(second.get("number").intValue()).isEqualTo(2);
    assertThat(second.at("/from/ref").textValue()).isEqualTo("mlp:1");
    assertThat(second.at("/to/digest").textValue()).isEqualTo(Line.MLP4_WRONG);
    assertThat(second.get("by").textValue()).isEqualTo("bob");
    assertThat(second.get("because").textValue()).isEmpty();
  }

  @Test
  void assignWithAnExpectationLosesAgainstSomebodyElse() {
    line.run("publish", model, "--name", "mlp");
    line.run("publish", wrong, "--name", "mlp");
    Object[] first = {"assign", "mlp@champion", "mlp:1", "--by", "ana"};
    assertThat(line.run("assign", "mlp@champion", "mlp:1", "--by", "a", "--expect", "1").code())
        .isEqualTo(1);
    assertThat(line.run(first).code()).isZero();

    assertThat(line.run("assign", "mlp@champion", "mlp:2", "--by", "b", "--expect", "1").code())
        .isZero();
    Line.Said late = line.run("assign", "mlp@champion", "mlp:1", "--by", "c", "--expect", "1");

    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("found record 2 -> mlp:2", "expected record 1");
    assertThat(line.run("history", "mlp@champion").out()).hasLineCount(2);
    assertThat(line.run("assign", "mlp@champion", "mlp:1", "--by", "c", "--expect", "-1").code())
        .isEqualTo(2);
  }

  @Test
  void assignThatExpectsNoRecordBeginsAnAliasOnce() {
    line.run("publish", model, "--name", "mlp");
    String[] first = {"assign", "mlp@champion", "mlp:1", "--by", "ana", "--expect", "0"};

    assertThat(line.run((Object[]) first).code()).isZero();
    Line.Said again = line.run((Object[]) first);

    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("found record 1", "expected none yet");
    assertThat(line.run("history", "mlp@champion").out()).hasLineCount(1);
  }

  @Test
  void assignNeedsAName() {
    line.run("publish", model, "--name", "mlp");

    Line.Said said = line.run("assign", "mlp@champion", "mlp:1");

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).contains("--by");
    assertThat(line.run("assign", "mlp@champion", "mlp:1", "--by", " ").code()).isEqualTo(2);
    assertThat(line.run("assign", "mlp", "mlp:1", "--by", "ana").code()).isEqualTo(2);
  }

  @Test
  void gcDeletesAndRemovesWhatTheRetentionNoLongerKeeps() {
    line.run("publish", model, "--name", "mlp");
    line.run("publish", wrong, "--name", "mlp");
    Path first = registry.resolve("models/mlp/versions/000001/files/mlp4.onnx");

    Line.Said plan = line.run("gc", "--by", "ana", "--newest", "1", "--floor", "0s", "--dry-run");
    assertThat(plan.code()).isZero();
    assertThat(plan.out()).contains("deleted   mlp:1\n", "would be freed");
    assertThat(line.run("list", "mlp").out()).doesNotContain("deleted");

    assertThat(line.run("gc", "--by", "ana", "--newest", "1").out()).isEqualTo("0 B freed\n");
    JsonNode done =
        line.run("gc", "--by", "ana", "--newest", "1", "--floor", "0s", "--json").json();
    assertThat(done.at("/deleted/0").textValue()).isEqualTo("mlp:1");
    assertThat(first).exists();
    assertThat(line.run("show", "mlp:1").out()).contains("deleted since ", " by ana");

    Line.Said removed = line.run("gc", "--by", "ana", "--grace", "0d");
    assertThat(removed.out()).contains("removed   mlp:1\n", " freed");
    assertThat(first).doesNotExist();
    assertThat(line.run("list", "mlp").out()).contains("mlp:1  removed");
  }

  @Test
  void gcKeepsWhatAnAliasNamesAndRefusesSpansWithoutAUnit() {
    line.run("publish", model, "--name", "mlp");
    line.run("publish", wrong, "--name", "mlp");
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");

    assertThat(line.run("gc", "--by", "ana", "--newest", "1", "--floor", "0s", "--json").json())
        .isEqualTo(
            new Line.Said(
                    0,
                    """
                    {"dryRun": false, "deleted": [], "removed": [], "restored": [], "bytes": 0}
                    """,
                    "")
                .json());
    Line.Said span = line.run("gc", "--by", "ana", "--grace", "7");
    assertThat(span.code()).isEqualTo(2);
    assertThat(span.err()).contains("found \"7\"", "7d");
    assertThat(line.run("gc").code()).isEqualTo(2);
  }
}
