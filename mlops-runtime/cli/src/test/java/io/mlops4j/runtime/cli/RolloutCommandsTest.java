package io.mlops4j.runtime.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.rollout.Verdict;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts by hand: started, shown, approved and aborted. */
class RolloutCommandsTest {
  private static final Verdict PASS =
      new Verdict.Pass(
          List.of(
              new Evidence("error_rate", 0.001, 0.01, "0.10 % of 12000 calls failed"),
              new Evidence("loaded", Double.NaN, Double.NaN, "the candidate serves")));

  @TempDir Path temporary;
  private Line line;

  @BeforeEach
  void publishTwo() throws Exception {
    line = Line.of(temporary.resolve("registry"));
    line.run("publish", Line.model(temporary, "mlp4.onnx"), "--name", "mlp");
    line.run("publish", Line.model(temporary, "mlp4_wrong.onnx"), "--name", "mlp");
    line.run("assign", "mlp@champion", "mlp:1", "--by", "ana");
  }

  private Line.Said start(Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("rollout", "start", "mlp@champion", "mlp:2", "--by", "ana"));
    words.addAll(List.of(more));
    return line.run(words.toArray());
  }

  /** As a serving process does. */
  private void judge(Verdict verdict) {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      Rollout rollout = Rollout.of(registry, "mlp@champion");
      rollout.judged(rollout.status().orElseThrow(), verdict, Change.by("service"));
    }
  }

  private static List<String> keys(JsonNode json) {
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void aRolloutIsStartedJudgedApprovedAndShown() {
    Line.Said started =
        start("--shares", "0.05,0.5", "--every", "1m", "--approval", "--because", "better");
    assertThat(started.code()).as(started.err()).isZero();
    assertThat(started.out())
        .matches(
            "mlp:2 on mlp@champion: running, step 1 of 2 \\(5 % of the calls\\), since \\S+Z  ana: better\n");
    judge(PASS);
    judge(PASS);

    Line.Said status = line.run("rollout", "status", "mlp@champion");
    assertThat(status.code()).isZero();
    assertThat(status.out())
        .contains("mlp:2 on mlp@champion: awaiting approval, step 2 of 2 (50 % of the calls)")
        .contains("baseline  mlp:1\n")
        .contains("steps     5 %, 50 % of the calls, 1m each, then approval; patience 24h\n")
        .contains("error_rate  0.001  bound 0.01  0.10 % of 12000 calls failed\n")
        .contains("loaded                         the candidate serves\n")
        .endsWith("next      mlops4j rollout approve mlp@champion mlp:2, or abort\n");

    Line.Said approved = approve("mlp:2", "--because", "reviewed");
    assertThat(approved.code()).as(approved.err()).isZero();
    assertThat(approved.out()).contains("promoted", "maria: reviewed: approved");
    assertThat(line.run("show", "mlp@champion", "--json").json().get("number").intValue())
        .isEqualTo(2);
  }

  @Test
  void onlyTheNamedCandidateIsApprovedOrAborted() {
    start("--shares", "0.5", "--approval");
    judge(PASS);

    Line.Said wrong = approve("mlp:1");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err())
        .contains("found mlp:2", "awaiting approval", "expected the candidate mlp:1")
        .hasLineCount(1);
    assertThat(abort("mlp:1").err()).contains("expected the candidate mlp:1");
    assertThat(abort("mlp:9").code()).isEqualTo(1);
    JsonNode status = line.run("rollout", "status", "mlp@champion", "--json").json();
    assertThat(status.at("/rollout/state").textValue()).isEqualTo("awaiting_approval");

    assertThat(abort(status.at("/rollout/candidate/ref").textValue()).out()).contains("aborted");
    Line.Said late = approve("mlp:2");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("aborted", "expected a rollout that is open");
    start();
    assertThat(line.run("rollout", "abort", "mlp@champion", "--by", "ana").code()).isZero();
  }

  /** Approves in a process that ends after the decision. */
  private void approveAndEnd() {
    try (ModelRegistry registry = FileModelRegistry.open(temporary.resolve("registry"))) {
      ModelRegistry ends =
          (ModelRegistry)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {ModelRegistry.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("assign") && arguments[0].equals("mlp@champion")) {
                      throw new AssertionError("ended");
                    }
                    return method.invoke(registry, arguments);
                  });
      Rollout rollout = Rollout.of(ends, "mlp@champion");
      RolloutStatus seen = rollout.status().orElseThrow();
      assertThatThrownBy(() -> rollout.approve(seen, Change.by("maria"))).hasMessage("ended");
    }
  }

  @Test
  void anApprovalWhoseProcessEndedIsFinished() {
    start("--shares", "0.5", "--approval");
    judge(PASS);
    approveAndEnd();

    Line.Said status = line.run("rollout", "status", "mlp@champion");
    assertThat(status.out())
        .contains("promoting, step 1 of 1")
        .endsWith("without one: mlops4j rollout approve mlp@champion mlp:2\n");
    assertThat(line.run("show", "mlp@champion", "--json").json().get("number").intValue())
        .isEqualTo(1);

    Line.Said late = abort("mlp:2");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("promoted", "assign mlp:1");
    assertThat(line.run("show", "mlp@champion", "--json").json().get("number").intValue())
        .isEqualTo(2);
  }

  private Line.Said approve(String candidate, Object... more) {
    List<Object> words = new ArrayList<>(List.of("rollout", "approve", "mlp@champion", candidate));
    words.addAll(List.of("--by", "maria"));
    words.addAll(List.of(more));
    return line.run(words.toArray());
  }

  private Line.Said abort(String candidate) {
    return line.run("rollout", "abort", "mlp@champion", candidate, "--by", "ana");
  }

  @Test
  void aStateIsToldAsJson() {
    start("--shares", "0.05,0.5", "--because", "better");
    judge(PASS);

    JsonNode json = line.run("rollout", "status", "mlp@champion", "--json").json();
    assertThat(keys(json)).containsExactly("ref", "rollout");
    JsonNode rollout = json.get("rollout");
    assertThat(keys(rollout))
        .containsExactly(
            "state",
            "open",
            "candidate",
            "baseline",
            "step",
            "share",
            "shares",
            "every",
            "patience",
            "approval",
            "since",
            "by",
            "because",
            "evidence");
    assertThat(rollout.get("state").textValue()).isEqualTo("running");
    assertThat(rollout.get("open").booleanValue()).isTrue();
    assertThat(rollout.at("/candidate/ref").textValue()).isEqualTo("mlp:2");
    assertThat(rollout.at("/baseline/digest").textValue()).isEqualTo(Line.MLP4);
    assertThat(rollout.get("step").intValue()).isEqualTo(2);
    assertThat(rollout.get("share").doubleValue()).isEqualTo(0.5);
    assertThat(rollout.at("/shares/0").doubleValue()).isEqualTo(0.05);
    assertThat(rollout.get("every").textValue()).isEqualTo("PT10M");
    assertThat(rollout.get("patience").textValue()).isEqualTo("PT24H");
    assertThat(rollout.get("approval").booleanValue()).isFalse();
    assertThat(rollout.get("by").textValue()).isEqualTo("service");
    assertThat(rollout.at("/evidence/0/bound").doubleValue()).isEqualTo(0.01);
    assertThat(rollout.at("/evidence/1/measured").isNull()).isTrue();
    assertThat(rollout.at("/evidence/1/text").textValue()).isEqualTo("the candidate serves");

    JsonNode ended =
        line.run("rollout", "abort", "mlp@champion", "--by", "ana", "--json").json().get("rollout");
    assertThat(ended.get("state").textValue()).isEqualTo("aborted");
    assertThat(ended.get("share").doubleValue()).isZero();
  }

  @Test
  void theHistoryShowsOneLineARecord() {
    start("--because", "better");
    line.run("rollout", "abort", "mlp@champion", "--by", "bob", "--because", "too slow");

    assertThat(line.run("history", "mlp@champion.rollout").out())
        .matches(
            "1  \\S+Z  -> mlp:2       ana: better\n2  \\S+Z  mlp:2 removed  bob: too slow: aborted\n");
    assertThat(line.run("history", "mlp@champion").out()).hasLineCount(1);
    assertThat(line.run("verify").code()).isZero();
  }

  @Test
  void anAliasWithoutRolloutIsNoError() {
    Line.Said said = line.run("rollout", "status", "mlp@champion");
    assertThat(said.code()).isZero();
    assertThat(said.out())
        .isEqualTo("mlp@champion never had a rollout; mlops4j rollout start begins one\n");
    JsonNode json = line.run("rollout", "status", "mlp@champion", "--json").json();
    assertThat(json.get("rollout").isNull()).isTrue();
  }

  @Test
  void mistakesTeach() {
    Line.Said typo = line.run("rollout", "status", "mlp@chmpion");
    assertThat(typo.code()).isEqualTo(1);
    assertThat(typo.err()).contains("mlp@chmpion", "champion").hasLineCount(1);
    Line.Said none = line.run("rollout", "abort", "mlp@champion", "--by", "ana");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("found none, expected an open one; start it first");

    for (Object[] wrong :
        new Object[][] {
          {"rollout"},
          {"rollout", "status", "mlp"},
          {"rollout", "status", "mlp:1"},
          {"rollout", "approve", "mlp@champion", "mlp:2"},
          {"rollout", "approve", "mlp@champion", "--by", "ana"},
          {"rollout", "start", "mlp@champion", "--by", "ana"},
        }) {
      Line.Said said = line.run(wrong);
      assertThat(said.code()).as(said.err()).isEqualTo(2);
      assertThat(said.out()).isEmpty();
    }
    assertThat(line.run("rollout").err()).contains("start", "status", "approve", "abort");
    Line nowhere = Line.of(temporary.resolve("nowhere"));
    Object[] steps = {"rollout", "start", "m@a", "m:2", "--by", "ana", "--shares", "0.5,0.1"};
    Line.Said order = nowhere.run(steps);
    assertThat(order.code()).isEqualTo(2);
    assertThat(order.err()).contains("--shares: found 0.5, 0.1; expected ascending");
    assertThat(start("--shares", "5%").err())
        .contains("--shares", "5%")
        .doesNotContain("Exception");
    assertThat(start("--every", "0s").err()).contains("--every: found 0s; expected more than zero");
    assertThat(start("--every", "soon").err()).contains("--every", "expected a duration");
  }

  @Test
  void aRolloutThatCannotStartChangesNothing() {
    assertThat(start().code()).isZero();
    Line.Said second = start();
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.err()).contains("found an open rollout", "abort it first").hasLineCount(1);
    line.run("rollout", "abort", "mlp@champion", "--by", "ana");
    Line.Said same = line.run("rollout", "start", "mlp@champion", "mlp:1", "--by", "ana");
    assertThat(same.code()).isEqualTo(1);
    assertThat(same.err()).contains("mlp:1, which serves already");
    start();
    Line.Said early = approve("mlp:2");
    assertThat(early.code()).isEqualTo(1);
    assertThat(early.err()).contains("running", "expected a rollout whose steps have all passed");
    assertThat(line.run("show", "mlp@champion", "--json").json().get("number").intValue())
        .isEqualTo(1);
  }

  @Test
  void recordsOfARolloutAreSigned() throws Exception {
    Path key = TrustOptionsTest.resource("signing-key.pem");
    Path publicKey = TrustOptionsTest.resource("signing-key-pub.pem");
    Object[] keys = {
      "--record-key", key, "--record-public-key", publicKey, "--trust", publicKey, "--by", "ana"
    };
    List<Object> assign = new ArrayList<>(List.of("assign", "mlp@trusted", "mlp:1"));
    assign.addAll(List.of(keys));
    line.run(assign.toArray());
    List<Object> start = new ArrayList<>(List.of("rollout", "start", "mlp@trusted", "mlp:2"));
    start.addAll(List.of(keys));

    assertThat(line.run(start.toArray()).err()).isEmpty();
    assertThat(line.run("rollout", "status", "mlp@trusted", "--trust", publicKey).code()).isZero();
    Line.Said unsigned =
        line.run("rollout", "abort", "mlp@trusted", "--by", "eve", "--trust", publicKey);
    assertThat(unsigned.code()).isEqualTo(2);
    assertThat(unsigned.err()).contains("--trust: needs a signed record");
  }
}
