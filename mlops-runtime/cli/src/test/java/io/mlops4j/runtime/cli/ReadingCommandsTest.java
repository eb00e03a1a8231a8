package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What commands tell of a registry that others wrote: expected values are those of its files, and
 * were read there by eye, {@code sha256sum} and {@code ls}.
 */
class ReadingCommandsTest {
  private static final String AT = "2001-05-03T12:00:00Z";
  private static final String EXACTLY = "2001-05-03T12:00:00.123456Z";

  @TempDir Path temporary;
  private Path old;
  private Line line;

  @BeforeEach
  void copy() throws Exception {
    old = Line.oldRegistry(temporary);
    line = Line.of(old);
  }

  private static List<String> keys(JsonNode json) {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private JsonNode stored(String file) throws Exception {
    return new ObjectMapper().readTree(old.resolve(file).toFile());
  }

  @Test
  void listTellsTheModels() {
    Line.Said said = line.run("list");

    assertThat(said.code()).isZero();
    assertThat(said.err()).isEmpty();
    assertThat(said.out())
        .isEqualTo(
            """
            flight-delay  2 versions  challenger -> 2, champion -> 1
            many-files    1 version
            saved-model   1 version
            """);
    JsonNode first = line.run("list", "--json").json().at("/models/0");
    assertThat(keys(first)).containsExactly("model", "versions", "retired", "aliases");
    assertThat(first.get("versions").intValue()).isEqualTo(2);
    assertThat(first.at("/aliases/champion").textValue()).isEqualTo("flight-delay:1");
  }

  @Test
  void listTellsTheVersionsOfAModelPageByPage() {
    assertThat(line.run("list", "flight-delay").out())
        .hasLineCount(2)
        .matches("(?s)flight-delay:2  active  " + AT + "  \\S+  challenger\n.*");

    JsonNode page = line.run("list", "flight-delay", "--before", "2", "--json").json();
    assertThat(page.get("versions")).hasSize(1);
    JsonNode one = page.at("/versions/0");
    assertThat(keys(one))
        .containsExactly("ref", "model", "number", "digest", "state", "published", "aliases");
    assertThat(one.get("digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(one.get("state").textValue()).isEqualTo("active");
    assertThat(one.get("published").textValue()).isEqualTo(EXACTLY);
    assertThat(one.at("/aliases/0").textValue()).isEqualTo("champion");
  }

  @Test
  void listOfAnUnknownModelNamesThoseThereAre() {
    Line.Said said = line.run("list", "flight-dely");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains("flight-dely: no model with this name", "flight-delay, many-files");
    assertThat(line.run("history", "flight-dely").err()).isEqualTo(said.err());
    assertThat(line.run("show", "flight-dely").err())
        .contains("flight-dely: found no such model", "flight-delay, many-files")
        .doesNotContain("flight-dely:1");
  }

  @Test
  void showTellsTheVersionAndItsCard() throws Exception {
    Line.Said said = line.run("show", "flight-delay@champion");

    assertThat(said.code()).isZero();
    assertThat(said.out())
        .contains(
            "version      flight-delay:1\n",
            "digest       " + Line.MLP4 + "\n",
            "state        active\n",
            "aliases      champion\n",
            "licence      Apache-2.0\n",
            "features     distance, hour, weekday, ratio, holiday, origin\n",
            "metric       roc_auc 0.65\n",
            "trained on   flights-2001-01\n");
    JsonNode json = line.run("show", "flight-delay:1", "--json").json();
    assertThat(keys(json))
        .containsExactly(
            "ref",
            "model",
            "number",
            "digest",
            "state",
            "published",
            "publication",
            "aliases",
            "signatures",
            "card");
    assertThat(json.get("card")).isEqualTo(stored("models/flight-delay/versions/000001/card.json"));
  }

  @Test
  void showPrintsTheCardByteForByteAsItIsStored() throws Exception {
    assertThat(line.run("show", "flight-delay:1", "--card").out())
        .isEqualTo(Files.readString(old.resolve("models/flight-delay/versions/000001/card.json")));
  }

  @Test
  void showWritesPages() throws Exception {
    Path html = temporary.resolve("card.html");

    assertThat(line.run("show", "flight-delay:1", "--markdown").out())
        .startsWith("# flight-delay:1\n")
        .contains("| large | roc_auc |", "| 0.65 |");
    Files.writeString(html, "earlier");
    Path other = Files.createLink(temporary.resolve("other"), html);
    assertThat(line.run("show", "flight-delay:1", "--html", html).code()).isZero();
    assertThat(other).as("replaced, not overwritten").hasContent("earlier");
    assertThat(html).content().startsWith("<!DOCTYPE html>").contains("Apache-2.0");
    assertThat(line.run("show", "flight-delay:1", "--markdown", "--card").code()).isEqualTo(2);
  }

  @Test
  void historyTellsWhoAndWhy() throws Exception {
    Line.Said said = line.run("history", "flight-delay@champion");

    assertThat(said.code()).isZero();
    assertThat(said.out().lines().map(text -> text.replaceAll(" {2,}", "  ")))
        .containsExactly(
            "1  " + AT + "  -> flight-delay:1  ana: first model; größer ist besser",
            "2  " + AT + "  flight-delay:1 -> flight-delay:2  bob",
            "3  " + AT + "  flight-delay:2 -> flight-delay:1  delay-service: alarm 7");
    JsonNode json = line.run("history", "flight-delay@champion", "--json").json();
    assertThat(json.get("records")).hasSize(3);
    assertThat(json.at("/records/0/at").textValue()).isEqualTo(EXACTLY);
    JsonNode second = json.at("/records/1");
    assertThat(keys(second))
        .containsExactly("ref", "number", "from", "to", "by", "because", "at", "clock", "previous");
    assertThat(json.at("/records/0/from").isNull()).isTrue();
    assertThat(second.at("/to/digest").textValue()).isEqualTo(Line.MLP4_WRONG);
    assertThat(second.get("previous"))
        .isEqualTo(stored("models/flight-delay/aliases/champion/000002.json").get("previous"));
  }

  @Test
  void historyTellsWhatHeldAtATime() {
    Line.Said after = line.run("history", "flight-delay@champion", "--at", "2001-05-04T00:00:00Z");
    assertThat(after.out()).startsWith("3  " + AT).hasLineCount(1);
    // What people are shown of a record's time, .123456 of a second before the record itself.
    assertThat(line.run("history", "flight-delay@champion", "--at", AT).out()).startsWith("3  ");
    Line.Said exact =
        line.run("history", "flight-delay@champion", "--at", "2001-05-03T12:00:00.123455Z");
    assertThat(exact.out()).contains("pointed to no version yet at " + AT);
    // An hour and a half before, told in summer time of Berlin.
    String before = "2001-05-03T12:30:00+02:00";
    Line.Said none = line.run("history", "flight-delay@champion", "--at", before);
    assertThat(none.code()).isZero();
    assertThat(none.out())
        .isEqualTo("flight-delay@champion pointed to no version yet at 2001-05-03T10:30:00Z\n");
    JsonNode json = line.run("history", "flight-delay@champion", "--at", before, "--json").json();
    assertThat(json.get("record").isNull()).isTrue();
  }

  @Test
  void historyRefusesBareDatesAndUnknownAliases() {
    Line.Said date = line.run("history", "flight-delay@champion", "--at", "2001-05-03");
    assertThat(date.code()).isEqualTo(2);
    assertThat(date.err()).contains("2001-05-03", "offset", "Try 'mlops4j history --help'");

    Line.Said unknown = line.run("history", "flight-dely@champion");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("flight-dely", "models: flight-delay, many-files");
    Line.Said typo = line.run("history", "flight-delay@champoin");
    assertThat(typo.code()).isEqualTo(1);
    assertThat(typo.err()).contains("champoin", "challenger, champion");
  }

  @Test
  void diffTellsWhatChanged() {
    Line.Said said = line.run("diff", "flight-delay:1", "flight-delay:2");

    assertThat(said.code()).isZero();
    assertThat(said.out())
        .startsWith("flight-delay:1 -> flight-delay:2\n")
        .contains(
            "  bytes: sha256:4f119c257c6f -> sha256:26d3aa49ed45\n", "metric roc_auc: removed");
    JsonNode json = line.run("diff", "flight-delay:1", "flight-delay:2", "--json").json();
    assertThat(json.get("before").textValue()).isEqualTo("flight-delay:1");
    assertThat(json.at("/changes/0/before").textValue()).isEqualTo(Line.MLP4);
    assertThat(line.run("diff", "flight-delay:1", "flight-delay:1").out())
        .isEqualTo("flight-delay:1 -> flight-delay:1: nothing changed\n");
    assertThat(line.run("diff", "flight-delay:1", "flight-delay:2", "--markdown").out())
        .contains("| Subject |");
  }

  @Test
  void verifyCountsWhatItChecked() {
    Line.Said said = line.run("verify");

    assertThat(said.code()).isZero();
    assertThat(said.err()).isEmpty();
    assertThat(said.out()).isEqualTo("intact: 4 versions, 4 records, 976 B checked\n");
    JsonNode json = line.run("verify", "--json").json();
    assertThat(keys(json))
        .containsExactly(
            "intact",
            "versions",
            "records",
            "bytes",
            "breaks",
            "jumps",
            "moreJumps",
            "moreBreaks",
            "head");
    assertThat(json.get("intact").booleanValue()).isTrue();
    assertThat(line.run("verify", "--records-only", "--json").json().get("bytes").longValue())
        .isZero();
  }

  @Test
  void verifyFindsAFlippedBit() throws Exception {
    Path model = old.resolve("models/flight-delay/versions/000001/files/mlp4.onnx");
    byte[] bytes = Files.readAllBytes(model);
    bytes[200] ^= 1;
    Files.write(model, bytes);

    Line.Said said = line.run("verify");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out())
        .startsWith("version")
        .contains("flight-delay", "mlp4.onnx", "BROKEN in 1 place: ");
    assertThat(said.out().lines().filter(text -> text.startsWith("  in "))).isEmpty();
    JsonNode json = line.run("verify", "--json").json();
    assertThat(json.get("intact").booleanValue()).isFalse();
    assertThat(json.at("/breaks/0/number").longValue()).isEqualTo(1);
    assertThat(json.at("/breaks/0/place").textValue()).contains("000001");
    assertThat(line.run("verify", "--records-only").code()).isZero();
  }

  @Test
  void verifyFindsACutHistoryByAHeadKeptElsewhere() throws Exception {
    Path head = temporary.resolve("head.txt");
    assertThat(line.run("verify", "--save-head", head).code()).isZero();
    assertThat(head).content().startsWith("mlops4j-registry-head 1\n").doesNotEndWith("\n\n");
    Path linked = Files.createLink(temporary.resolve("other"), head);
    String saved = Files.readString(head);
    Files.writeString(linked, saved + "\n");
    assertThat(line.run("verify", "--head", head, "--save-head", head).code()).isZero();
    assertThat(head).hasContent(saved);
    assertThat(linked).as("replaced, not overwritten").content().endsWith("\n\n");

    Files.delete(old.resolve("models/flight-delay/aliases/champion/000003.json/record.json"));
    Files.delete(old.resolve("models/flight-delay/aliases/champion/000003.json"));

    assertThat(line.run("verify").code()).isZero();
    Line.Said said = line.run("verify", "--head", head);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).contains("alias flight-delay@champion 3", "BROKEN");
    assertThat(line.run("verify", "--head", temporary.resolve("none")).err())
        .contains("none: no such file");
    Path picture = Files.write(temporary.resolve("picture"), new byte[] {(byte) 0xff, 1});
    assertThat(line.run("verify", "--head", picture).err())
        .contains("picture: ", "not a text file");
    Line.Said other = line.run("verify", "--head", Files.writeString(temporary.resolve("t"), "hi"));
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("t: head: found \"hi\"", "--save-head");
  }

  @Test
  void aBrokenHistoryIsNotShown() throws Exception {
    Path record = old.resolve("models/flight-delay/aliases/champion/000001.json");
    Files.writeString(record, Files.readString(record).replace("\"ana\"", "\"eve\""));

    Line.Said said = line.run("history", "flight-delay@champion", "--json");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains("000001.json");
  }
}
