package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads and processes on one registry; what was acknowledged is never lost. */
@Sized
class SharedRegistryTest {
  private static final int THREADS = 8;

  @TempDir Path temp;
  private Path root;
  private Path model;

  @BeforeEach
  void prepare() throws IOException {
    root = temp.resolve("registry");
    model = Models.mlp4(temp);
  }

  private interface Job<T> {
    T run(ModelRegistry registry, int thread) throws Exception;
  }

  /** Runs a job in eight threads at once, half of them on one instance and half on another. */
  private <T> List<T> race(boolean links, Job<T> job) throws Exception {
    try (ModelRegistry one = FileModelRegistry.open(root);
        ModelRegistry two = FileModelRegistry.open(root, Clock.systemUTC(), links)) {
      return Race.run(THREADS, thread -> job.run(thread % 2 == 0 ? one : two, thread));
    }
  }

  @Test
  void theSameModelPublishedEverywhereAtOnceIsOneVersion() throws Exception {
    List<ModelVersion> versions =
        race(true, (registry, thread) -> registry.publish(Models.card("race"), model));

    assertThat(versions).containsOnly(new ModelVersion("race", 1, Models.MLP4)).hasSize(THREADS);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("race")).hasSize(1);
    }
  }

  @Test
  void differentCardsPublishedAtOnceGetDifferentNumbersWithoutAGap() throws Exception {
    List<ModelVersion> versions =
        race(true, (registry, thread) -> registry.publish(RegistryChild.card("t" + thread), model));

    assertThat(versions).doesNotHaveDuplicates();
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("race")).containsExactlyInAnyOrderElementsOf(versions);
      for (int i = 0; i < THREADS; i++) {
        assertThat(registry.card(versions.get(i))).isEqualTo(RegistryChild.card("t" + i));
      }
    }
    try (var left = Files.list(root.resolve(".staging"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void threadsRacingOneAliasLoseNoUpdate() throws Exception {
    assertNoUpdateIsLost(true);
  }

  @Test
  void threadsRacingOneAliasLoseNoUpdateWhereHalfOfThemHaveNoHardLinks() throws Exception {
    assertNoUpdateIsLost(false);
  }

  private void assertNoUpdateIsLost(boolean links) throws Exception {
    int rounds = 10;
    List<List<AliasRecord>> acknowledged =
        race(
            links,
            (registry, thread) -> {
              ModelVersion version = registry.publish(Models.card("race"), model);
              List<AliasRecord> mine = new ArrayList<>();
              for (int i = 0; i < rounds; i++) {
                mine.add(registry.assign("race@champion", version, Change.by("t" + thread)));
              }
              return mine;
            });

    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.history("race@champion"))
          .containsExactlyInAnyOrderElementsOf(acknowledged.stream().flatMap(List::stream).toList())
          .hasSize(THREADS * rounds);
    }
  }

  @Test
  void ofThreadsWithTheSameExpectationExactlyOneWins() throws Exception {
    AliasRecord start;
    ModelVersion version;
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      version = registry.publish(Models.card("race"), model);
      start = registry.assign("race@champion", version, Change.by("start"));
    }
    List<Boolean> won =
        race(
            true,
            (registry, thread) -> {
              try {
                registry.assign("race@champion", version, Change.by("t" + thread), start);
                return true;
              } catch (IntegrityException e) {
                throw e;
              } catch (RegistryException lost) {
                return false;
              }
            });

    assertThat(won).containsOnlyOnce(true);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.history("race@champion")).hasSize(2);
    }
  }

  @Test
  void ofThreadsThatBeginAnAliasExactlyOneDoes() throws Exception {
    ModelVersion version;
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      version = registry.publish(Models.card("race"), model);
    }
    List<Boolean> won =
        race(
            true,
            (registry, thread) -> {
              try {
                registry.assignFirst("race@champion", version, Change.by("t" + thread));
                return true;
              } catch (IntegrityException e) {
                throw e;
              } catch (RegistryException lost) {
                return false;
              }
            });

    assertThat(won).containsOnlyOnce(true);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.history("race@champion")).hasSize(1);
    }
  }

  /** Opening looks at the staging folder, where others make and remove things all the time. */
  @Test
  void openingNeverFailsWhileOthersPublish() throws Exception {
    race(
        true,
        (registry, thread) -> {
          for (int i = 0; i < 15; i++) {
            registry.publish(RegistryChild.card(thread + "-" + i), model);
            for (int opened = 0; opened < 20; opened++) {
              FileModelRegistry.open(root).close();
            }
          }
          return thread;
        });
  }

  /** What children said, by number. */
  private static final class Acknowledged {
    final Map<Integer, String> versions = new HashMap<>();
    final Map<Integer, String> records = new HashMap<>();

    void add(String line) {
      String[] words = line.split(" ", -1);
      Map<Integer, String> numbers = words[0].equals("V") ? versions : records;
      if (words.length == 3) {
        String other = numbers.put(Integer.valueOf(words[1]), words[2]);
        assertThat(other).as("two children got %s", line).isNull();
      }
    }

    void assertNothingIsLost(Path root) {
      try (ModelRegistry registry = FileModelRegistry.open(root)) {
        List<ModelVersion> stored = registry.versions("race");
        versions.forEach(
            (number, id) ->
                assertThat(registry.card(stored.get(number - 1)))
                    .isEqualTo(RegistryChild.card(id)));
        for (ModelVersion version : stored) {
          assertThat(Digest.sha256(Objects.requireNonNull(registry.source(version).bytes())))
              .isEqualTo(Models.MLP4);
        }
        List<AliasRecord> history = registry.history("race@champion");
        records.forEach(
            (number, id) ->
                assertThat(history.get(number - 1).change()).isEqualTo(RegistryChild.change(id)));
        assertThat(stored).hasSizeGreaterThanOrEqualTo(versions.size());
        assertThat(history).hasSizeGreaterThanOrEqualTo(records.size());
      }
    }
  }

  private String saidByAll() throws IOException {
    StringBuilder errors = new StringBuilder();
    try (Stream<Path> logs = Files.list(temp.resolve("errors"))) {
      for (Path log : logs.toList()) {
        errors.append(Files.readString(log));
      }
    }
    return errors.toString();
  }

  private static BufferedReader output(Process child) {
    return child.inputReader(StandardCharsets.UTF_8);
  }

  @Test
  void processesRacingOneAliasLoseNothing() throws Exception {
    int rounds = 3;
    List<Process> children = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      children.add(RegistryChild.start(root, model, "c" + i, rounds, temp.resolve("errors")));
    }
    Acknowledged acknowledged = new Acknowledged();
    for (Process child : children) {
      output(child).lines().forEach(acknowledged::add);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).as("%s", saidByAll()).isZero();
    }

    assertThat(acknowledged.versions).hasSize(THREADS * rounds);
    assertThat(acknowledged.records).hasSize(THREADS * rounds);
    acknowledged.assertNothingIsLost(root);
    try (ModelRegistry registry = FileModelRegistry.open(root)) {
      assertThat(registry.versions("race")).hasSize(THREADS * rounds);
      assertThat(registry.history("race@champion")).hasSize(THREADS * rounds);
    }
  }

  @Test
  void whatAKilledProcessWasToldIsKeptAndTheRestIsWholeOrNotThere() throws Exception {
    int kills = TestSize.of(6, 20);
    long seed = System.nanoTime();
    System.err.println("kills children at moments chosen by seed " + seed);
    Random random = new Random(seed);
    Acknowledged acknowledged = new Acknowledged();
    for (int kill = 0; kill < kills; kill += 2) {
      Process other = RegistryChild.start(root, model, "b" + kill, 1 << 20, temp);
      Process child = RegistryChild.start(root, model, "a" + kill, 1 << 20, temp);
      // READY, V and A come first: every second child has a record acknowledged for sure.
      killAfter(child, 2 + random.nextInt(4), random.nextInt(4_000_000), acknowledged);
      killAfter(other, 0, 0, acknowledged);
      acknowledged.assertNothingIsLost(root);
    }
    assertThat(acknowledged.records).hasSizeGreaterThanOrEqualTo(kills / 2);
  }

  /** Kills between two acknowledgements, a few microseconds to milliseconds after the first. */
  private static void killAfter(Process child, int lines, int nanos, Acknowledged acknowledged)
      throws IOException, InterruptedException {
    BufferedReader output = output(child);
    for (int i = 0; i <= lines; i++) {
      acknowledged.add(Objects.requireNonNull(output.readLine(), "the child ended by itself"));
    }
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    // Process.destroyForcibly would close the pipe, and with it what the child said last.
    child.toHandle().destroyForcibly();
    child.waitFor();
    // What it said before it died; a line that was cut says nothing.
    StringBuilder rest = new StringBuilder();
    for (int c = output.read(); c >= 0; c = output.read()) {
      rest.append((char) c);
    }
    int newline = rest.lastIndexOf("\n");
    rest.substring(0, Math.max(0, newline)).lines().forEach(acknowledged::add);
  }
}
