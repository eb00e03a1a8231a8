package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of versions: deprecated, deleted, restored. */
class StateCommandsTest {
  @TempDir Path temporary;
  private Line line;

  @BeforeEach
  void publishTwo() throws Exception {
    line = Line.of(temporary.resolve("registry"));
    Path model = Line.model(temporary, "mlp4.onnx");
    line.run("publish", model, "--name", "mlp");
    line.run("publish", Line.model(temporary, "mlp4_wrong.onnx"), "--name", "mlp");
  }

  private static List<String> keys(JsonNode json) {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void aDeprecatedVersionIsNoLongerMeantByTheName() {
    Line.Said said = line.run("deprecate", "mlp:2", "--by", "ana", "--because", "1 is better");

    assertThat(said.code()).isZero();
    assertThat(said.out()).isEqualTo("mlp:2  deprecated  ana: 1 is better\n");
    assertThat(line.run("show", "mlp", "--json").json().get("number").intValue()).isEqualTo(1);
    assertThat(line.run("restore", "mlp:2", "--by", "bob").out()).isEqualTo("mlp:2  active  bob\n");
    assertThat(line.run("show", "mlp", "--json").json().get("number").intValue()).isEqualTo(2);
  }

  @Test
  void aChangeIsToldAsJson() {
    JsonNode json = line.run("deprecate", "mlp:1", "--by", "ana", "--json").json();

    assertThat(keys(json))
        .containsExactly(
            "ref",
            "model",
            "number",
            "digest",
            "state",
            "by",
            "because",
            "at",
            "clock",
            "record",
            "previous");
    assertThat(json.get("ref").textValue()).isEqualTo("mlp:1");
    assertThat(json.get("digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(json.get("state").textValue()).isEqualTo("deprecated");
    assertThat(json.get("because").textValue()).isEmpty();
    assertThat(json.get("record").intValue()).isEqualTo(1);
    assertThat(json.get("previous").isNull()).isTrue();
  }

  @Test
  void aDeletedVersionComesBackUntilItsBytesAreCollected() {
    assertThat(line.run("delete", "mlp:1", "--by", "ana", "--because", "old").out())
        .isEqualTo("mlp:1  deleted  ana: old\n");
    assertThat(line.run("assign", "mlp@champion", "mlp:1", "--by", "bob").err())
        .contains("deleted");
    assertThat(
            line.run("restore", "mlp:1", "--by", "bob", "--json").json().get("state").textValue())
        .isEqualTo("active");

    line.run("delete", "mlp:1", "--by", "ana");
    line.run("gc", "--by", "ana", "--grace", "0s");
    Line.Said late = line.run("restore", "mlp:1", "--by", "bob");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).startsWith("mlops4j: mlp:1: found it removed").hasLineCount(1);
  }

  @Test
  void onlyACollectionThatChangesSomethingNeedsToKnowWho() {
    Line.Said dry = line.run("gc", "--dry-run", "--json");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.json().get("dryRun").booleanValue()).isTrue();

    for (String[] change :
        new String[][] {{"gc"}, {"delete", "mlp:1"}, {"assign", "mlp@a", "mlp:1"}}) {
      Line.Said said = line.run((Object[]) change);
      assertThat(said.code()).isEqualTo(2);
      assertThat(said.err()).contains("Missing required option: '--by=WHO'");
    }
  }

  @Test
  void whatAnAliasNamesOrNamedNotLongAgoIsNotDeleted() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
    Line.Said named = line.run("delete", "mlp:1", "--by", "ana", "--floor", "0s");
    assertThat(named.code()).isEqualTo(1);
    assertThat(named.err()).contains("mlp@champion names it", "nothing was changed");

    line.run("assign", "mlp@champion", "mlp:2", "--by", "ana");
    assertThat(line.run("delete", "mlp:1", "--by", "ana", "--json").code()).isEqualTo(1);
    assertThat(line.run("delete", "mlp:1", "--by", "ana", "--floor", "0s").code()).isZero();
  }

  @Test
  void aVersionIsMeantByItsNumberAlone() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
    for (String command : new String[] {"deprecate", "delete", "restore"}) {
      for (String ref : new String[] {"mlp", "mlp@champion"}) {
        Line.Said said = line.run(command, ref, "--by", "ana");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("found " + ref + "; expected a number");
      }
      assertThat(line.run(command, "mlp:1").code()).isEqualTo(2);
    }
  }

  @Test
  void whoPublishedIsShown() throws Exception {
    Path model = Line.model(temporary, "mlp4.onnx");
    line.run("publish", model, "--name", "by", "--by", "ana", "--because", "monthly");
    assertThat(line.run("show", "by").out()).contains(" by ana: monthly, process ");
    JsonNode json = line.run("show", "by", "--json").json().get("publication");
    assertThat(json.get("by").textValue()).isEqualTo("ana");
    assertThat(json.get("because").textValue()).isEqualTo("monthly");
    assertThat(json.get("process").textValue())
        .contains(Long.toString(ProcessHandle.current().pid()));
    assertThat(line.run("show", "mlp:1", "--json").json().at("/publication/by").isNull()).isTrue();
    Path archive = temporary.resolve("by.zip");
    line.run("export", "by:1", archive);
    Line other = Line.of(temporary.resolve("other"));
    assertThat(other.run("import", archive, "--by", "bob").code()).isZero();
    assertThat(other.run("show", "by").out()).contains(" by bob, process", "imported from", "ana");
    assertThat(line.run("publish", model, "--name", "x", "--because", "no actor").code())
        .isEqualTo(2);
  }

  @Test
  void anAliasIsRemovedAndAssignedAgain() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
    Line.Said late = line.run("unassign", "mlp@champion", "--by", "bob", "--expect", "2");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("found record 1 -> mlp:1 as the newest; expected record 2");
    Line.Said said =
        line.run("unassign", "mlp@champion", "--by", "bob", "--because", "over", "--expect", "1");
    assertThat(said.code()).isZero();
    assertThat(said.out()).isEqualTo("mlp@champion removed (was mlp:1)  bob: over\n");

    assertThat(line.run("show", "mlp@champion").err()).contains("removed by bob", "(over)");
    assertThat(line.run("list").out()).doesNotContain("champion");
    assertThat(line.run("history", "mlp@champion").out()).contains("mlp:1 removed", "bob: over");
    JsonNode record = line.run("history", "mlp@champion", "--json").json().get("records").get(1);
    assertThat(record.get("to").isNull()).isTrue();
    assertThat(line.run("assign", "mlp@champion", "mlp:2", "--by", "ana", "--expect", "2").code())
        .isZero();
    assertThat(line.run("unassign", "mlp@other", "--by", "ana").err()).contains("no such alias");
    assertThat(line.run("unassign", "mlp@champion", "--by", "ana", "--expect", "0").code())
        .isEqualTo(2);
    assertThat(line.run("verify").code()).isZero();
  }

  @Test
  void aModelIsRetiredAndReinstated() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
    Line.Said used = line.run("retire", "mlp", "--by", "bob");
    assertThat(used.code()).isEqualTo(1);
    assertThat(used.err()).contains("mlp@champion names mlp:1", "nothing was changed");
    line.run("unassign", "mlp@champion", "--by", "bob");
    assertThat(line.run("retire", "mlp", "--by", "bob", "--expect", "1").code()).isEqualTo(1);
    Line.Said said = line.run("retire", "mlp", "--by", "bob", "--because", "over", "--expect", "0");
    assertThat(said.out()).isEqualTo("mlp  retired  bob: over\n");

    assertThat(line.run("show", "mlp").err()).contains("retired by bob", "(over)");
    assertThat(line.run("show", "mlp:1").code()).isZero();
    assertThat(line.run("list").out()).contains("retired");
    assertThat(line.run("list", "--json").json().at("/models/0/retired").booleanValue()).isTrue();
    assertThat(line.run("history", "mlp").out()).contains("mlp retired", "bob: over");
    assertThat(line.run("retire", "mlp:1", "--by", "bob").code()).isEqualTo(2);
    assertThat(line.run("reinstate", "mlp", "--by", "ana").out()).isEqualTo("mlp  active  ana\n");
    assertThat(line.run("show", "mlp").code()).isZero();
    assertThat(line.run("reinstate", "mlp", "--by", "ana").code()).isEqualTo(1);
  }

  @Test
  void theHistoryOfAModelTellsItsChanges() {
    assertThat(line.run("history", "mlp").out())
        .isEqualTo("no version of mlp was deprecated, deleted or restored\n");
    line.run("deprecate", "mlp:1", "--by", "ana", "--because", "old");
    line.run("restore", "mlp:1", "--by", "bob");

    assertThat(line.run("history", "mlp").out())
        .matches("1  \\S+Z  mlp:1 deprecated  ana: old\n2  \\S+Z  mlp:1 active      bob\n");
    JsonNode json = line.run("history", "mlp", "--json").json();
    assertThat(json.at("/records")).hasSize(2);
    assertThat(json.at("/records/1/versions/0/ref").textValue()).isEqualTo("mlp:1");
    assertThat(json.at("/records/1/previous").textValue()).startsWith("sha256:");
    assertThat(line.run("history", "mpl").err()).contains("mpl", "mlp");
    assertThat(line.run("history", "mlp:1").code()).isEqualTo(2);
    assertThat(line.run("history", "mlp", "--at", "2001-05-03T12:00:00Z").code()).isEqualTo(2);
  }
}
