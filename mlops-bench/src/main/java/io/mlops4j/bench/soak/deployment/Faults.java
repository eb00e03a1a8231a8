package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Limits;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Postgres;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;

/** A service under load whose surroundings fail, at random. */
public final class Faults implements Part {
  private static final double PROMPT = 1;

  /** For builds on busy machines. */
  private static final double PATIENT = 30;

  @Override
  public String name() {
    return "deployment.faults";
  }

  @Override
  public String what() {
    return "a service with 500 calls a second whose registry is unreachable, stopped or suspended"
        + " (in PostgreSQL) or whose packets are lost, whose disk is full, whose versions"
        + " cannot be loaded or hang in the self-test, or that is killed; calls that failed,"
        + " faults without answers, and the longest time in seconds until the alias was"
        + " followed after a fault";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    Path binaries = Postgres.binaries();
    if (binaries == null) {
      say.accept("skipped: needs PostgreSQL (on Debian: postgresql)");
      return List.of();
    }
    try (Child folders = new Child()) {
      Files.setPosixFilePermissions(folders.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
      Path data = Files.createDirectory(folders.folder().resolve("database"));
      Path small = Files.createDirectory(folders.folder().resolve("small"));
      try (Postgres database = new Postgres(binaries, data);
          Disk disk = new Disk(small, say);
          FaultsRun run = new FaultsRun(database, disk, seed, say)) {
        int faults = size.of(200, 9, 2);
        for (int i = 0; i < faults; i++) {
          run.fault(i);
        }
        run.end();
        return List.of(
            new Finding("soak.faults.failed", run.failed(), 0),
            new Finding("soak.faults.unanswered", run.unanswered(), 0),
            new Finding("soak.faults.follow", run.slowest(), size == Size.TINY ? PATIENT : PROMPT));
      }
    }
  }

  /** A disk of one mebibyte that can be filled, if this machine lets one be mounted. */
  static final class Disk implements AutoCloseable {
    private final Path folder;
    private final boolean mounted;

    Disk(Path folder, Consumer<String> say) throws IOException {
      this.folder = folder;
      String failure =
          Limits.has("mount")
              ? Limits.failure("mount", "-t", "tmpfs", "-o", "size=1m", "soak", folder.toString())
              : "there is no mount";
      this.mounted = failure.isEmpty();
      if (!mounted) {
        say.accept("a full disk is skipped: " + failure);
      }
    }

    Path folder() {
      return folder;
    }

    boolean canBeFull() {
      return mounted;
    }

    void fill() {
      byte[] some = new byte[4096];
      try (var out = Files.newOutputStream(folder.resolve("filler"))) {
        while (true) {
          out.write(some);
        }
      } catch (IOException full) {
        // as it should be
      }
    }

    void free() throws IOException {
      Files.deleteIfExists(folder.resolve("filler"));
    }

    @Override
    public void close() throws IOException {
      if (mounted) {
        String failure = Limits.failure("umount", folder.toString());
        if (!failure.isEmpty()) {
          throw new IOException("umount " + folder + ": " + failure);
        }
      }
    }
  }
}
