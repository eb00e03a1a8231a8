package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.RegistryException;
import io.mlops4j.runtime.registry.store.Problems;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One lock for each model of a folder. It excludes threads and other processes from changes that
 * read one chain and write another, for example an assignment and a deletion.
 *
 * <p>The operating system releases the lock when its process ends. Records do not depend on the
 * lock. Without it, a deletion and an assignment at the same moment may both be stored. {@code
 * collect} then restores the version, whose bytes stay for the grace period. This can happen on a
 * file system without locks, beside older libraries, and with two registries of one process on one
 * folder. In the last case, closing a file on POSIX systems releases all locks of the process on
 * that file.
 */
final class ModelLocks {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

  private final Path folder;
  private final Duration patience;
  private final Map<String, ReentrantLock> threads = new ConcurrentHashMap<>();

  ModelLocks(Path folder, Duration patience) {
    this.folder = folder;
    this.patience = patience;
  }

  /** Runs work while no other thread or process holds the model's lock. Reentrant. */
  <T> T holding(
      String model, Supplier<T> work, Function<IOException, RegistryException> cannotStore) {
    ReentrantLock thread = threads.computeIfAbsent(model, key -> new ReentrantLock());
    if (thread.isHeldByCurrentThread()) {
      return work.get();
    }
    long end = System.nanoTime() + patience.toNanos();
    try {
      if (!thread.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy(model);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(model);
    }
    try (FileChannel channel = open(model)) {
      lock(channel, model, end);
      return work.get();
    } catch (IOException e) {
      throw cannotStore.apply(e);
    } finally {
      thread.unlock();
    }
  }

  private FileChannel open(String model) throws IOException {
    Files.createDirectories(folder);
    return FileChannel.open(
        folder.resolve(model), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** Takes the lock until the channel is closed. Does nothing if the file system has no locks. */
  private void lock(FileChannel channel, String model, long end) {
    while (true) {
      try {
        if (channel.tryLock() != null) {
          return;
        }
      } catch (OverlappingFileLockException e) {
        // Another registry of this process holds the lock.
      } catch (IOException | UnsupportedOperationException e) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw busy(model);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(model);
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  private RegistryException busy(String model) {
    return Problems.refused(
        folder.resolve(model),
        "a lock held for " + patience.toSeconds() + " s by another change of " + model,
        "that change to end; nothing was stored: look for a stopped process that uses this registry,"
            + " then try again");
  }

  private static RegistryException interrupted(String model) {
    return new RegistryException(
        "the thread was interrupted while it waited for another change of "
            + model
            + "; nothing was stored, try again",
        null);
  }
}
