package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed records: who signs them is believed, and nobody else. */
class TrustOptionsTest {
  @TempDir Path temporary;
  private Line line;
  private Path key;
  private Path publicKey;

  @BeforeEach
  void publish() throws Exception {
    line = Line.of(temporary.resolve("registry"));
    line.run("publish", Line.model(temporary, "mlp4.onnx"), "--name", "mlp");
    line.run("publish", Line.model(temporary, "mlp4_wrong.onnx"), "--name", "mlp");
    key = resource("signing-key.pem");
    publicKey = resource("signing-key-pub.pem");
  }

  static Path resource(String name) throws Exception {
    return Path.of(
        Objects.requireNonNull(TrustOptionsTest.class.getResource("../trust/" + name)).toURI());
  }

  private Line.Said signed(Object... command) {
    List<Object> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("--by", "ana", "--record-key", key, "--record-public-key", publicKey));
    words.addAll(List.of("--trust", publicKey));
    return line.run(words.toArray());
  }

  @Test
  void whatATrustedKeyHasSignedIsBelieved() {
    assertThat(signed("assign", "mlp@champion", "mlp:1").err()).isEmpty();
    assertThat(signed("deprecate", "mlp:2").err()).isEmpty();
    assertThat(signed("restore", "mlp:2").err()).isEmpty();
    assertThat(signed("delete", "mlp:2").err()).isEmpty();
    assertThat(signed("gc", "--grace", "0s").err()).isEmpty();

    assertThat(line.run("verify", "--trust", publicKey, "--allow-unsigned").out())
        .startsWith("intact: 2 versions, 5 records");
    assertThat(line.run("show", "mlp@champion", "--trust", publicKey).code()).isZero();
  }

  @Test
  void verifyJudgesTheSignaturesOfVersions() {
    Line.Said none = line.run("verify", "--version-trust", publicKey);
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out())
        .contains("signatures mlp 1: mlp:1: found no signature, expected a signature of exactly")
        .contains("BROKEN in 2 places", "signatures of versions included");
    line.run("sign", "mlp:1", "--key", key, "--public-key", publicKey);
    Line.Said half = line.run("verify", "--trust", publicKey, "--json");
    assertThat(half.code()).isEqualTo(1);
    assertThat(half.json().get("breaks")).hasSize(1);
    assertThat(half.json().at("/breaks/0/number").intValue()).isEqualTo(2);
    assertThat(line.run("verify", "--trust", publicKey, "--allow-unsigned", "ml*").code()).isZero();
    assertThat(line.run("verify", "--trust", publicKey, "--allow-unsigned", "other").code())
        .isEqualTo(1);
    line.run("sign", "mlp:2", "--key", key, "--public-key", publicKey);
    Line.Said all = line.run("verify", "--trust", publicKey);
    assertThat(all.code()).isZero();
    assertThat(all.out()).startsWith("intact: 2 versions").contains("signatures of versions");
    assertThat(line.run("verify", "--allow-unsigned").code()).isEqualTo(2);
  }

  @Test
  void whatNobodyHasSignedIsNotBelieved() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "eve");

    Line.Said said = line.run("show", "mlp@champion", "--trust", publicKey);
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("000001").hasLineCount(1);
    Line.Said verified = line.run("verify", "--trust", publicKey, "--allow-unsigned");
    assertThat(verified.code()).isEqualTo(1);
    assertThat(verified.out()).contains("alias mlp@champion 1", "BROKEN in 1 place");
    assertThat(line.run("verify").code()).isZero();
  }

  @Test
  void aChangeThatWouldNotBeBelievedIsNotMade() {
    Line.Said said =
        line.run("assign", "mlp@champion", "mlp:1", "--by", "ana", "--trust", publicKey);

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err())
        .contains("--trust: needs a signed record", "--record-key")
        .hasLineCount(2);
    assertThat(line.run("history", "mlp@champion").err()).contains("found no such alias");
    assertThat(line.run("gc", "--by", "ana", "--trust", publicKey, "--dry-run").code()).isZero();
    assertThat(line.run("gc", "--by", "ana", "--trust", publicKey).code()).isEqualTo(2);
  }

  @Test
  void aHeadThatWasKeptVouchesForWhatWasThereBefore() {
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
    Path head = temporary.resolve("head.txt");
    line.run("verify", "--save-head", head);

    Object[] verify = {"verify", "--allow-unsigned", "--trust", publicKey, "--trust-since", head};
    assertThat(line.run(verify).code()).isZero();
    line.run("assign", "mlp@champion", "mlp:2", "--by", "eve");
    assertThat(line.run(verify).code()).isEqualTo(1);
    assertThat(line.run("verify", "--trust-since", head).code()).isEqualTo(2);
  }

  @Test
  void halfAPairOfKeysIsAMistake() {
    Line.Said said =
        line.run("assign", "mlp@champion", "mlp:1", "--by", "ana", "--record-key", key);

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).startsWith("mlops4j: Missing").contains("--record-public-key");
  }
}
