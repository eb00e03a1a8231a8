package io.mlops4j.monitor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedFolderTest {
  private static final String ME = "process " + ProcessHandle.current().pid();

  @TempDir Path temp;

  /** Another process that wants the folder, and prints why it does not get it. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      try (OwnedFolder got = lock(Path.of(args[0]))) {
        System.out.print("owns " + got.path());
      } catch (DataException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  private static OwnedFolder lock(Path folder) throws IOException {
    return OwnedFolder.lock(folder, "a test", "test");
  }

  private static String inAnotherProcess(Path folder) throws IOException {
    Process child = ChildProcess.start(ChildProcess.java(Child.class, folder));
    return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aRefusedSecondOwnerLeavesTheLockToTheFirst() throws IOException {
    Path folder = temp.resolve("owned");
    Path link = Files.createSymbolicLink(temp.resolve("link"), folder);
    try (OwnedFolder first = lock(folder)) {
      for (Path name : new Path[] {folder, link}) {
        assertThatThrownBy(() -> lock(name))
            .isInstanceOf(DataException.class)
            .hasMessageContaining(ME);
      }
      assertThat(inAnotherProcess(first.path())).contains(ME);
    }
    assertThat(inAnotherProcess(folder)).isEqualTo("owns " + folder);
    lock(folder).close();
  }

  @Test
  void aFolderInThePlaceOfAnotherOneIsNotOwned() throws IOException {
    Path folder = temp.resolve("owned");
    try (OwnedFolder first = lock(folder)) {
      assertThat(first.isThere()).isTrue();
      Path away = Files.move(folder, temp.resolve("away"));
      assertThat(first.isThere()).isFalse();
      try (OwnedFolder second = lock(folder)) {
        assertThat(first.isThere()).isFalse();
        assertThat(second.isThere()).isTrue();
        assertThatThrownBy(() -> lock(away)).isInstanceOf(DataException.class);
      }
    }
  }
}
