package io.mlops4j.runtime.registry.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.RegistryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locks that exclude changes of one model. */
class ModelLocksTest {
  @TempDir Path temp;

  /** As of a process that was stopped in the middle of a change. */
  @Test
  void aLockThatIsNotReleasedEndsInAnErrorThatNamesIt() throws IOException {
    Path locks = Files.createDirectories(temp.resolve(".locks"));
    ModelLocks impatient = new ModelLocks(locks, Duration.ofMillis(20));
    try (FileChannel other =
            FileChannel.open(
                locks.resolve("fraud"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = other.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThatThrownBy(() -> impatient.holding("fraud", () -> "done", e -> fail(e)))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining(locks.resolve("fraud").toString())
          .hasMessageContaining("nothing was stored");
      assertThat(impatient.<String>holding("other", () -> "done", e -> fail(e))).isEqualTo("done");
    }
    assertThat(
            impatient.<String>holding(
                "fraud",
                () -> impatient.holding("fraud", () -> "twice", e -> fail(e)),
                e -> fail(e)))
        .isEqualTo("twice");
  }

  private static RegistryException fail(IOException e) {
    throw new AssertionError(e);
  }
}
