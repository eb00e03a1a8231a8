package io.mlops4j.runtime.deployment.alias;

import static io.mlops4j.runtime.deployment.alias.DeploymentFixture.CHAMPION;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Thorough;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts of processes that end, that race, and that can only read. */
@Thorough("processes")
@Timeout(240)
class RolloutProcessesTest {
  private static final Change ANA = Change.by("ana");
  private static final int STEPS = 40;
  private static final int MOST_PROCESSES = 20;

  @TempDir private Path folder;
  private DeploymentFixture plus;
  private Rollout rollout;
  private Path errors;

  @BeforeEach
  void publish() {
    plus = new DeploymentFixture(folder);
    plus.assign(CHAMPION, plus.v3);
    plus.assign(CHAMPION, plus.v1);
    rollout = Rollout.of(plus.registry, CHAMPION);
    errors = folder.resolve("errors");
  }

  @AfterEach
  void close() {
    plus.close();
  }

  private Process child(List<String> before, String... args) throws IOException {
    return RolloutChild.start(errors, before, args);
  }

  private RolloutStatus now() {
    return rollout.status().orElseThrow();
  }

  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /**
   * SIGTERM and SIGKILL at any moment, also while a step is recorded: no step is lost or done
   * twice.
   */
  @Test
  void aRolloutGoesOnWhereTheProcessThatEndedLeftIt() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    System.out.println("seed " + seed);
    double[] shares =
        IntStream.rangeClosed(1, STEPS).mapToDouble(i -> i / (double) STEPS).toArray();
    rollout.start(plus.v2, RolloutPlan.of(shares).withEvery(Duration.ofMillis(20)), ANA);
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < MOST_PROCESSES && now().isOpen(); i++) {
      boolean terminates = i % 2 == 0;
      Process child = child(List.of(), "serve", folder.resolve("registry").toString());
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("answers");
        int step = now().step();
        if (!left.isEmpty()) {
          assertThat(step).isGreaterThanOrEqualTo(left.get(left.size() - 1));
        }
        for (int wait = 0; wait < 10_000 && now().isOpen() && now().step() < step + 5; wait++) {
          pause(1);
        }
        pause(random.nextInt(20)); // anywhere between two steps, or in one
        if (terminates) {
          child.toHandle().destroy(); // its output stays open
        } else {
          child.toHandle().destroyForcibly();
        }
        assertThat(out.readLine()).isEqualTo(terminates ? "closed true 0" : null);
      }
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(terminates ? 143 : 137);
      left.add(now().step());
    }

    assertThat(now().state()).isEqualTo(State.PROMOTED);
    assertThat(left).hasSizeGreaterThan(3);
    List<AliasRecord> records = plus.registry.history(rollout.alias());
    assertThat(records.stream().map(rollout::statusAt).map(RolloutStatus::step))
        .containsExactlyElementsOf(
            IntStream.concat(
                    IntStream.rangeClosed(1, STEPS), IntStream.of(STEPS, STEPS)) // decided, done
                .boxed()
                .toList());
    assertThat(plus.registry.history(CHAMPION)).as("one promotion").hasSize(3);
    assertThat(plus.registry.resolve(CHAMPION)).isEqualTo(plus.v2);
  }

  @Test
  void ofTwoProcessesThatStartOneAtOnceOneWins() throws Exception {
    int rounds = 30;
    Path signals = Files.createDirectory(folder.resolve("signals"));
    List<Process> children = new ArrayList<>();
    List<BufferedReader> outs = new ArrayList<>();
    for (String name : List.of("ana", "bob")) {
      Process child =
          child(
              List.of(),
              "start",
              folder.resolve("registry").toString(),
              name,
              signals.toString(),
              Integer.toString(rounds));
      children.add(child);
      outs.add(child.inputReader(StandardCharsets.UTF_8));
    }
    for (BufferedReader out : outs) {
      assertThat(out.readLine()).isEqualTo("ready");
    }
    Map<String, Integer> wins = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      Files.createFile(signals.resolve("go-" + round));
      List<String> said = new ArrayList<>();
      for (BufferedReader out : outs) {
        said.add(Objects.requireNonNull(out.readLine()));
      }
      assertThat(said).filteredOn("won"::equals).as("round %d: %s", round, said).hasSize(1);
      String winner = said.get(0).equals("won") ? "ana" : "bob";
      wins.merge(winner, 1, Integer::sum);
      assertThat(now().isOpen()).isTrue();
      assertThat(now().change().actor()).isEqualTo(winner);
      assertThat(said)
          .filteredOn(line -> line.startsWith("lost"))
          .singleElement()
          .asString()
          .contains("RegistryException: rollout of plus@champion: found an open rollout, plus:2")
          .contains("abort it first");
      rollout.abort(now(), ANA);
    }
    System.out.println("won: " + wins);
    for (Process child : children) {
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isZero();
    }
  }

  /** A mount that only the child sees. */
  private List<String> readOnly(Path mounted) {
    return List.of(
        "unshare",
        "-rm",
        "sh",
        "-c",
        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"",
        mounted.toString());
  }

  private boolean canMount(Path mounted) throws Exception {
    List<String> command = new ArrayList<>(readOnly(mounted));
    command.addAll(List.of("sh", "-c", "! touch \"$0/x\"", mounted.toString()));
    try {
      Process probe = new ProcessBuilder(command).start();
      return probe.waitFor(30, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false; // there is no unshare
    }
  }

  @Test
  void aRegistryThatCanOnlyBeReadIsServedFromAndSaysWhatItCannot() throws Exception {
    Path registry = folder.resolve("registry");
    if (!canMount(registry)) {
      System.err.println("skipped: no folder can be mounted here so that it can only be read");
      return;
    }
    rollout.start(plus.v2, RolloutPlan.of(0.5).withEvery(Duration.ofMillis(20)), ANA);
    plus.assign("plus@other", plus.v1);
    Process child =
        child(
            readOnly(registry),
            "read",
            registry.toString(),
            folder.resolve("copies").toString(),
            DeploymentFixture.resource("plus3").toString());
    List<String> said;
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      said = out.lines().toList();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(said + "").isZero();
    assertThat(said.subList(0, 3))
        .containsExactly("versions that answer: true true", "status: RUNNING", "refresh: plus:1");
    assertThat(said.subList(3, 9))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactly("assign", "publish", "judge", "abort", "start", "rollback");
    assertThat(said.subList(3, 9))
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "RegistryException: " + registry + ": cannot store",
                        "Read-only file system",
                        "expected a folder that can be written"));
    assertThat(said.subList(9, said.size())).containsExactly("answers after all: true", "copied");
    assertThat(now().isOpen()).isTrue();
    assertThat(now().step()).isEqualTo(1);
  }
}
