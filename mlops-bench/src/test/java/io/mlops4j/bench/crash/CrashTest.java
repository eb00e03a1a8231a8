package io.mlops4j.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.RegistryException;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a registry has acknowledged survives kills, losses of power and errors of the disk. */
@Timeout(300)
class CrashTest {
  private static final int RUNS = 50;

  /** Each kill starts a JVM. */
  private static final int KILLS = System.getProperty("tests.full") == null ? 12 : RUNS;

  @TempDir Path temp;
  private Path model;
  private long seed;
  private Random random;

  @BeforeEach
  void prepare() throws IOException {
    model = CrashCommand.model(temp);
    seed = System.nanoTime();
    System.err.println("crashes by seed " + seed);
    random = new Random(seed);
  }

  @Thorough("kills")
  @Test
  void nothingIsLostOrTornByKills() throws Exception {
    CrashCounts tally = new Kills(temp, model, random).run(KILLS);
    assertThat(tally.lost()).as("lost, seed %d", seed).isEmpty();
    assertThat(tally.torn()).as("torn, seed %d", seed).isEmpty();
    assertThat(tally.runs()).isEqualTo(KILLS);
    assertThat(tally.acknowledged()).isGreaterThanOrEqualTo(KILLS);
  }

  @Test
  void nothingIsLostOrTornWhenThePowerFails() throws IOException {
    CrashCounts tally = new PowerLosses(temp, model, random, true).run(RUNS);
    assertThat(tally.lost()).as("lost, seed %d", seed).isEmpty();
    assertThat(tally.torn()).as("torn, seed %d", seed).isEmpty();
    assertThat(tally.runs()).isEqualTo(RUNS);
    assertThat(tally.acknowledged()).isPositive();
  }

  /** Otherwise the test above would show nothing. */
  @Test
  void aDiskThatForcesNothingIsFoundOut() throws IOException {
    CrashCounts tally = new PowerLosses(temp, model, random, false).run(RUNS);
    assertThat(tally.lost()).as("lost, seed %d", seed).isNotEmpty();
  }

  /** Throws once, after some operations. */
  private static final class OneError implements UnsyncedDisk.Faults {
    int left = Integer.MAX_VALUE;

    @Override
    public void before(String operation) throws IOException {
      if (left-- == 0) {
        throw new IOException("No space left on device, at: " + operation);
      }
    }
  }

  @Test
  void anErrorOfTheDiskAtAnyOperationLosesNothingAndTheNextTrySucceeds() throws IOException {
    OneError fault = new OneError();
    UnsyncedDisk disk =
        new UnsyncedDisk(Files.createDirectories(temp.resolve("disk")), fault, true);
    Path root = disk.root().resolve("registry");
    Acknowledged acknowledged = new Acknowledged();
    int errors = 0;
    try (ModelRegistry registry = FileModelRegistry.open(root, Acknowledged.OPTIONS)) {
      Work work = new Work(registry, model, "w", random, acknowledged::add);
      for (int operation = 0; operation < 90; operation++) {
        fault.left = operation;
        try {
          work.step();
        } catch (RegistryException e) {
          errors++;
          assertThat(e).hasMessageContaining("expected");
        }
        fault.left = Integer.MAX_VALUE;
        work.step();
      }
      Acknowledged.Damage damage = acknowledged.check(root);
      assertThat(damage.lost()).as("lost, seed %d", seed).isEmpty();
      assertThat(damage.torn()).as("torn, seed %d", seed).isEmpty();
    }
    assertThat(errors).isGreaterThan(20);
  }

  @Test
  void theCommandPrintsItsSeedAndCounts() {
    StringWriter out = new StringWriter();
    int exit =
        new CommandLine(new CrashCommand())
            .setOut(new PrintWriter(out))
            .execute("2", "--seed", "20010503");
    assertThat(exit).isZero();
    assertThat(out.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("seed 20010503"),
            line ->
                assertThat(line).matches("CRASH-UNSYNCED runs 2 acknowledged [0-9]+ lost 0 torn 0"),
            line ->
                assertThat(line).matches("CRASH runs 2 acknowledged [1-9][0-9]* lost 0 torn 0"));
  }
}
