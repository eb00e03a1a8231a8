package io.mlops4j.bench.crash;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Lets the power fail between any two operations on a disk that forgets what was not forced, half
 * of the times with nothing else kept, half with any part of it.
 */
final class PowerLosses {
  /** After so many failures a new registry, so that writing it down takes no longer and longer. */
  private static final int RUNS_OF_A_REGISTRY = 20;

  /** On average so many operations pass between two failures; a version takes about 50. */
  private static final int OPERATIONS = 40;

  private final Path folder;
  private final Path model;
  private final Random random;
  private final boolean forces;

  /**
   * Failures to come.
   *
   * @param forces false: the disk takes no notice of what is forced to it, which must be found
   */
  PowerLosses(Path folder, Path model, Random random, boolean forces) {
    this.folder = folder;
    this.model = model;
    this.random = random;
    this.forces = forces;
  }

  CrashCounts run(int runs) throws IOException {
    CrashCounts tally = new CrashCounts();
    for (int registry = 0; tally.runs() < runs; registry++) {
      new Life(folder.resolve("disk-" + registry), tally, runs).run();
    }
    return tally;
  }

  /** One registry, and the failures while it is worked with. */
  private final class Life implements UnsyncedDisk.Faults {
    private final CrashCounts tally;
    private final int end;
    private final UnsyncedDisk disk;
    private final Path crashes;
    private final Acknowledged acknowledged = new Acknowledged();
    private int left = random.nextInt(2 * OPERATIONS);

    Life(Path home, CrashCounts tally, int runs) throws IOException {
      this.tally = tally;
      this.end = Math.min(runs, tally.runs() + RUNS_OF_A_REGISTRY);
      this.crashes = Files.createDirectories(home.resolve("crashes"));
      this.disk = new UnsyncedDisk(Files.createDirectories(home.resolve("disk")), this, forces);
    }

    void run() throws IOException {
      Path root = disk.root().resolve("registry");
      try (ModelRegistry registry = FileModelRegistry.open(root, Acknowledged.OPTIONS)) {
        Work work = new Work(registry, model, "w", random, acknowledged::add);
        while (tally.runs() < end) {
          work.step();
        }
      }
      tally.acknowledged(acknowledged.size());
    }

    @Override
    public void before(String operation) throws IOException {
      if (left-- <= 0 && tally.runs() < end) {
        left = random.nextInt(2 * OPERATIONS);
        fail();
      }
    }

    private void fail() throws IOException {
      Path after = crashes.resolve(Integer.toString(tally.runs()));
      if (random.nextBoolean()) {
        disk.crash(after);
      } else {
        disk.crash(after, random);
      }
      tally.run();
      tally.found(acknowledged.check(after.resolve("registry")));
    }
  }
}
